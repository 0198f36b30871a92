package dev.mainstay.operator.cluster.observe;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdMember;
import dev.mainstay.api.v1alpha1.EtcdMemberSpec;
import dev.mainstay.api.v1alpha1.EtcdMemberStatus;
import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.operator.cluster.desired.GrownStorage;
import dev.mainstay.operator.cluster.desired.Names;
import dev.mainstay.operator.cluster.desired.OuterAddress;
import dev.mainstay.operator.cluster.desired.Quantities;
import dev.mainstay.operator.cluster.engine.MemberView;
import dev.mainstay.operator.member.MemberApi;
import dev.mainstay.operator.member.Published;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Service;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes a view of a member out of its objects and its answer. */
final class MemberReading {

    /** Behind the hash of a template, so that it equals none that is wanted. */
    private static final String OTHER_ADDRESS = " at another address";

    private final EtcdCluster cluster;
    private final EtcdMember member;
    private final Instant now;

    MemberReading(EtcdCluster cluster, EtcdMember member, Instant now) {
        this.cluster = cluster;
        this.member = member;
        this.now = now;
    }

    MemberView view(
            @Nullable Pod pod,
            @Nullable PersistentVolumeClaim claim,
            MemberApi.@Nullable Answer answer,
            @Nullable Published published,
            @Nullable Service service) {
        EtcdMemberSpec spec = member.getSpec();
        EtcdMemberStatus status = Objects.requireNonNullElse(member.getStatus(), EtcdMemberStatus.EMPTY);
        boolean serving = answer != null && (answer.learner() || answer.agreed());
        String name = member.getMetadata().getName();
        return new MemberView(
                name,
                Names.number(cluster.getMetadata().getName(), name),
                spec.join() == EtcdMemberSpec.Join.LEARNER ? MemberView.Join.LEARNER : MemberView.Join.BOOTSTRAP,
                spec.incarnation(),
                spec.version(),
                spec.templateHash(),
                spec.suspended(),
                member.getMetadata().getDeletionTimestamp() != null,
                status.memberID() != null || answer != null,
                time(member.getMetadata().getCreationTimestamp()),
                Objects.requireNonNullElse(status.recreates(), 0),
                serving ? null : time(status.unhealthySince()),
                serving ? time(status.readySince()) : null,
                pod == null ? null : pod(pod, service),
                claim == null ? null : volume(claim, published == null ? null : published.disk()),
                answer == null
                        ? null
                        : new MemberView.Answer(
                                answer.id(),
                                answer.clusterId(),
                                answer.leaderId(),
                                serving,
                                answer.index(),
                                answer.dbSize(),
                                answer.dbSizeInUse()),
                new MemberView.Care(
                        status.lastDefragmentationTime() == null
                                ? null
                                : Instant.parse(status.lastDefragmentationTime()),
                        OuterAddress.wanted(cluster) && OuterAddress.told(cluster, service) == null,
                        published != null && published.defragmenting()));
    }

    private Instant time(@Nullable String text) {
        return text == null || text.isEmpty() ? now : Instant.parse(text);
    }

    /** A pod that tells clients another address than there is now is of another template. */
    private MemberView.PodView pod(Pod pod, @Nullable Service service) {
        PodStatus status = pod.getStatus();
        String phase = status == null || status.getPhase() == null ? "" : status.getPhase();
        Map<String, String> labels =
                Objects.requireNonNullElse(pod.getMetadata().getLabels(), Map.of());
        Map<String, String> annotations =
                Objects.requireNonNullElse(pod.getMetadata().getAnnotations(), Map.of());
        return new MemberView.PodView(
                Objects.requireNonNullElse(pod.getMetadata().getUid(), ""),
                "Succeeded".equals(phase) || "Failed".equals(phase),
                pod.getMetadata().getDeletionTimestamp() != null,
                labels.getOrDefault("app.kubernetes.io/version", ""),
                annotations.getOrDefault(MainstayApi.TEMPLATE_HASH, "")
                        + (OuterAddress.outdated(cluster, service, pod) ? OTHER_ADDRESS : ""));
    }

    private MemberView.VolumeView volume(PersistentVolumeClaim claim, Published.@Nullable Disk disk) {
        long requested = GrownStorage.requested(claim);
        boolean deleting = claim.getMetadata().getDeletionTimestamp() != null;
        boolean lost =
                claim.getStatus() != null && "Lost".equals(claim.getStatus().getPhase());
        return new MemberView.VolumeView(
                requested,
                Objects.requireNonNullElse(claim.getSpec().getStorageClassName(), ""),
                lost || deleting,
                deleting,
                space(claim, disk));
    }

    private MemberView.Space space(PersistentVolumeClaim claim, Published.@Nullable Disk disk) {
        Map<String, Quantity> capacity = claim.getStatus() == null
                ? Map.of()
                : Objects.requireNonNullElse(claim.getStatus().getCapacity(), Map.<String, Quantity>of());
        Quantity granted = capacity.get("storage");
        return new MemberView.Space(
                granted == null ? 0 : Quantities.bytes(granted),
                disk == null ? 0 : disk.total(),
                disk == null ? 0 : disk.total() - disk.free(),
                GrownStorage.refusal(claim)
                        .filter(refusal -> refusal.stands(now))
                        .map(GrownStorage.Refusal::bytes)
                        .orElse(0L));
    }
}
