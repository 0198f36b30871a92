package dev.mainstay.operator.cluster.report;

import dev.mainstay.operator.cluster.engine.MemberView;
import dev.mainstay.operator.cluster.observe.Seen;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What keeps members from starting, as far as their pods and claims tell: in words that stay the same while it does. Pure. */
final class Obstacles {

    /** Members that one text speaks of. */
    private static final int MOST = 3;

    /** What kubelets say of an image that they can't get; they go back and forth between some of them. */
    private static final Set<String> NO_IMAGE = Set.of(
            "ErrImagePull",
            "ImagePullBackOff",
            "ErrImageNeverPull",
            "InvalidImageName",
            "ImageInspectError",
            "RegistryUnavailable");

    /** What they say of a container that they can't make of it. */
    private static final Set<String> NO_CONTAINER =
            Set.of("CreateContainerConfigError", "CreateContainerError", "RunContainerError");

    private final Seen seen;

    Obstacles(Seen seen) {
        this.seen = seen;
    }

    /** The text, and after it what keeps these members from starting. */
    String after(String text, List<MemberView> members) {
        String told = members.stream()
                .flatMap(member -> of(member).stream().map(obstacle -> member.name() + ": " + obstacle))
                .limit(MOST)
                .collect(Collectors.joining("; "));
        return told.isEmpty() ? text : text + "; " + told;
    }

    /** What keeps this one; empty if it serves, or nothing is known. */
    Optional<String> of(MemberView member) {
        Pod pod = seen.pods().get(member.name());
        if (member.serving() || pod == null || pod.getStatus() == null) {
            return Optional.empty();
        }
        return unscheduled(member, pod)
                .or(() -> containers(pod)
                        .map(container -> stuck(pod, container))
                        .flatMap(Optional::stream)
                        .findFirst());
    }

    private Optional<String> unscheduled(MemberView member, Pod pod) {
        return pod.getStatus().getConditions().stream()
                .filter(condition ->
                        "PodScheduled".equals(condition.getType()) && "False".equals(condition.getStatus()))
                .findFirst()
                .map(condition -> unbound(member).orElseGet(() -> unplaced(pod, condition)));
    }

    private Optional<String> unbound(MemberView member) {
        PersistentVolumeClaim claim = seen.claims()
                .get(Objects.requireNonNullElse(
                        Objects.requireNonNull(seen.members().get(member.name()))
                                .getSpec()
                                .volumeClaimName(),
                        ""));
        if (claim == null
                || claim.getStatus() == null
                || !"Pending".equals(claim.getStatus().getPhase())) {
            return Optional.empty();
        }
        String name = claim.getMetadata().getName();
        String storageClass = claim.getSpec().getStorageClassName();
        return Optional.of("its claim has no volume yet, of "
                + (storageClass == null || storageClass.isEmpty()
                        ? "the default storage class"
                        : "storage class " + storageClass)
                + ": see kubectl describe pvc " + name);
    }

    private static String unplaced(Pod pod, PodCondition condition) {
        String why = condition.getMessage();
        return "no machine takes its pod" + (why == null || why.isEmpty() ? "" : " (" + why + ")")
                + ": see kubectl describe pod " + pod.getMetadata().getName();
    }

    private static Stream<ContainerStatus> containers(Pod pod) {
        return Stream.concat(
                pod.getStatus().getInitContainerStatuses().stream(), pod.getStatus().getContainerStatuses().stream());
    }

    private static Optional<String> stuck(Pod pod, ContainerStatus container) {
        String name = pod.getMetadata().getName();
        ContainerStateWaiting waiting =
                container.getState() == null ? null : container.getState().getWaiting();
        String reason = waiting == null ? "" : Objects.requireNonNullElse(waiting.getReason(), "");
        if (NO_IMAGE.contains(reason)) {
            return Optional.of("image " + container.getImage() + " can't be had: see kubectl describe pod " + name);
        }
        if (NO_CONTAINER.contains(reason)) {
            return Optional.of("its container can't be made: see kubectl describe pod " + name);
        }
        boolean ended = container.getRestartCount() != null && container.getRestartCount() > 0;
        return ended
                ? Optional.of("its container ended and was started again: see kubectl logs --previous " + name)
                : Optional.empty();
    }
}
