package dev.mainstay.operator.cluster.engine;

import dev.mainstay.api.v1alpha1.Operation;
import dev.mainstay.operator.cluster.engine.ClusterView.Listed;
import java.util.Comparator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Takes members that leave through their steps: off the list when the others agree without them, then the pod, the volume, the object.
 * Who doesn't serve goes first. A member that can't be spared stays until another has taken its place.
 */
final class LeaveRule implements Rule {

    @Override
    public String guard() {
        return "a member is on its way out and can be spared";
    }

    @Override
    public @Nullable Decision consider(Situation s) {
        if (s.founded() && !s.quorum()) {
            return null;
        }
        return s.members().stream()
                .filter(MemberView::leaving)
                .sorted(Comparator.comparing(MemberView::serving).thenComparingInt(MemberView::number))
                .map(member -> next(s, member))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    @Override
    public @Nullable String heldBack(Situation s) {
        return s.members().stream()
                .filter(MemberView::leaving)
                .findFirst()
                .map(member -> s.founded() && !s.quorum()
                        ? member.name() + " can't leave the list without a quorum"
                        : s.listed(member) != null
                                ? member.name() + " can't be spared until another has taken its place"
                                : "the pod of " + member.name() + " is stopping")
                .orElse(null);
    }

    private static @Nullable Decision next(Situation s, MemberView member) {
        Listed listed = s.listed(member);
        if (listed != null) {
            return s.quorumAfterRemoval(member) ? remove(s, member, listed) : null;
        }
        MemberView.PodView pod = member.pod();
        if (pod != null) {
            // On a lost node it stops only when that is back; nobody waits for it, as the member is off the list.
            return pod.terminating()
                    ? null
                    : decision(new Action.DeletePod(member.name(), pod.uid(), "has left"), s, member);
        }
        boolean volumeGoes = member.volume() != null
                && !member.volume().deleting()
                && s.wanted().volumes().deleteWhenScaled();
        return decision(
                volumeGoes ? new Action.DeleteVolume(member.name()) : new Action.Forget(member.name()), s, member);
    }

    private static Decision remove(Situation s, MemberView member, Listed listed) {
        Action handOver = s.handOver(member);
        return decision(handOver != null ? handOver : new Action.RemoveFromList(member.name(), listed.id()), s, member);
    }

    private static Decision decision(Action action, Situation s, MemberView member) {
        boolean shrinks = s.staying().size() >= s.wanted().replicas();
        return new Decision("Leave", action, shrinks ? Operation.Type.SCALE_IN : Operation.Type.REPLACE, member.name());
    }
}
