package dev.mainstay.operator.cluster.observe;

import dev.mainstay.api.v1alpha1.EtcdMember;
import dev.mainstay.api.v1alpha1.EtcdMemberSpec;
import dev.mainstay.api.v1alpha1.EtcdMemberStatus;
import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.operator.cluster.desired.Names;
import dev.mainstay.operator.cluster.desired.Quantities;
import dev.mainstay.operator.cluster.engine.MemberView;
import dev.mainstay.operator.member.MemberApi;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.Quantity;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes a view of a member out of its objects and its answer. */
final class MemberReading {

    private final EtcdMember member;
    private final Instant now;

    MemberReading(EtcdMember member, Instant now) {
        this.member = member;
        this.now = now;
    }

    MemberView view(
            String cluster,
            @Nullable Pod pod,
            @Nullable PersistentVolumeClaim claim,
            MemberApi.@Nullable Answer answer) {
        EtcdMemberSpec spec = member.getSpec();
        EtcdMemberStatus status = Objects.requireNonNullElse(member.getStatus(), EtcdMemberStatus.EMPTY);
        boolean serving = answer != null && (answer.learner() || answer.agreed());
        String name = member.getMetadata().getName();
        return new MemberView(
                name,
                Names.number(cluster, name),
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
                pod == null ? null : pod(pod),
                claim == null ? null : volume(claim),
                answer == null
                        ? null
                        : new MemberView.Answer(
                                answer.id(),
                                answer.clusterId(),
                                answer.leaderId(),
                                serving,
                                answer.index(),
                                answer.dbSize(),
                                answer.dbSizeInUse()));
    }

    private Instant time(@Nullable String text) {
        return text == null || text.isEmpty() ? now : Instant.parse(text);
    }

    private static MemberView.PodView pod(Pod pod) {
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
                annotations.getOrDefault(MainstayApi.TEMPLATE_HASH, ""));
    }

    private static MemberView.VolumeView volume(PersistentVolumeClaim claim) {
        Quantity requested = claim.getSpec().getResources().getRequests().get("storage");
        boolean deleting = claim.getMetadata().getDeletionTimestamp() != null;
        boolean lost =
                claim.getStatus() != null && "Lost".equals(claim.getStatus().getPhase());
        return new MemberView.VolumeView(
                requested == null ? 0 : Quantities.bytes(requested),
                Objects.requireNonNullElse(claim.getSpec().getStorageClassName(), ""),
                lost || deleting,
                deleting);
    }
}
