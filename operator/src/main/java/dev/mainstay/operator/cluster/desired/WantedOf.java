package dev.mainstay.operator.cluster.desired;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdClusterSpec;
import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.api.v1alpha1.Recovery;
import dev.mainstay.api.v1alpha1.Storage;
import dev.mainstay.api.v1alpha1.UpdateStrategy;
import dev.mainstay.operator.cluster.engine.Wanted;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads out of a cluster's object what decisions need. Pure. */
public final class WantedOf {

    private WantedOf() {}

    /** What {@code cluster} asks for. */
    public static Wanted cluster(EtcdCluster cluster, String templateHash) {
        EtcdClusterSpec spec = cluster.getSpec();
        Storage storage = spec.storage();
        UpdateStrategy update = Objects.requireNonNullElse(spec.updateStrategy(), UpdateStrategy.DEFAULT);
        Recovery recovery = Objects.requireNonNullElse(spec.recovery(), new Recovery(null, null));
        Recovery.MemberReplacement replacement =
                Objects.requireNonNullElse(recovery.memberReplacement(), Recovery.MemberReplacement.DEFAULT);
        Recovery.QuorumLoss loss = Objects.requireNonNullElse(recovery.quorumLoss(), Recovery.QuorumLoss.DEFAULT);
        return new Wanted(
                cluster.getMetadata().getName(),
                cluster.getMetadata().getDeletionTimestamp() != null,
                spec.paused(),
                spec.replicas(),
                spec.version(),
                templateHash,
                new Wanted.Volumes(
                        storage.type() == Storage.Type.PERSISTENT_VOLUME_CLAIM,
                        Quantities.bytes(storage.size()),
                        Objects.requireNonNullElse(storage.storageClassName(), ""),
                        storage.changePolicy() == Storage.ChangePolicy.REPLACE_MEMBERS,
                        storage.whenScaled() == Storage.RetentionPolicy.DELETE,
                        storage.whenDeleted() == Storage.RetentionPolicy.DELETE,
                        growth(storage)),
                new Wanted.Policy(
                        update.type() == UpdateStrategy.Type.ROLLING_UPDATE,
                        Duration.ofSeconds(update.readySeconds()),
                        update.maxUpdatedMembers(),
                        Duration.ofSeconds(update.progressDeadlineSeconds()),
                        replacement.policy() == Recovery.Policy.AUTOMATIC,
                        Duration.ofSeconds(replacement.unhealthySeconds()),
                        replacement.maxRecreates(),
                        Duration.ofSeconds(loss.afterSeconds()),
                        NodeArguments.quota(spec)),
                approved(cluster));
    }

    private static Wanted.@Nullable Growth growth(Storage storage) {
        Storage.AutoGrow wanted = storage.autoGrow();
        return wanted == null
                ? null
                : new Wanted.Growth(wanted.atUsedPercent(), wanted.stepPercent(), Quantities.bytes(wanted.maxSize()));
    }

    private static int approved(EtcdCluster cluster) {
        Map<String, String> annotations = cluster.getMetadata().getAnnotations();
        String text = annotations == null ? "" : annotations.getOrDefault(MainstayApi.APPROVE_RECOVERY, "");
        return text.matches("[1-9][0-9]{0,8}") ? Integer.parseInt(text) : 0;
    }
}
