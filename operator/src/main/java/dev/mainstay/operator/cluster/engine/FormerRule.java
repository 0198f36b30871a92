package dev.mainstay.operator.cluster.engine;

import dev.mainstay.api.v1alpha1.Operation;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Members of another incarnation. Those that a recovery left out are known not to serve: their volumes are put aside, and their objects go.
 * Else they are those whose data a restore replaces, or that a restore was begun with that was given up: they are stopped, all of them,
 * before anything is begun, and their volumes stay until the cluster is whole again.
 */
final class FormerRule implements Rule {

    @Override
    public String guard() {
        return "there are members of an incarnation of before";
    }

    @Override
    public @Nullable Decision consider(Situation s) {
        List<MemberView> former = s.former();
        if (s.loss().recovery() != null
                && s.loss().recovery().incarnation() == s.recorded().incarnation()) {
            return former.stream()
                    .map(member -> leftOut(s, member))
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElse(null);
        }
        for (MemberView member : former) {
            if (!member.suspended()) {
                return decision(new Action.Suspend(member.name(), true), member);
            }
        }
        for (MemberView member : former) {
            MemberView.PodView pod = member.pod();
            if (pod != null && !pod.terminating()) {
                return decision(
                        new Action.DeletePod(member.name(), pod.uid(), "its data is replaced by that of a backup"),
                        member);
            }
        }
        for (MemberView member : former) {
            if (member.pod() != null) {
                return decision(
                        new Action.Wait(Action.Blocker.DELETION, "the pod of " + member.name() + " is stopping"),
                        member);
            }
        }
        return former.isEmpty() || !whole(s) ? null : letGo(s, former.getFirst());
    }

    /** The next step of one; null for one whose pod stops when its machine is back, which nobody waits for. */
    private static @Nullable Decision leftOut(Situation s, MemberView member) {
        MemberView.PodView pod = member.pod();
        Action action;
        if (pod != null) {
            if (pod.terminating()) {
                return null;
            }
            action = new Action.DeletePod(member.name(), pod.uid(), "the cluster went on without it");
        } else {
            boolean kept = member.volume() == null
                    || member.volume().deleting()
                    || s.loss().quarantined().stream()
                            .anyMatch(volume -> volume.member().equals(member.name()));
            action = kept ? new Action.Forget(member.name()) : new Action.Quarantine(member.name());
        }
        return new Decision("Former", action, Operation.Type.RECOVER_QUORUM, member.name());
    }

    private static boolean whole(Situation s) {
        return s.founded()
                && s.quorum()
                && s.voters().size() == s.wanted().replicas()
                && s.members().size() == s.wanted().replicas()
                && s.members().stream().allMatch(member -> member.serving() && s.voter(member));
    }

    private static Decision letGo(Situation s, MemberView member) {
        boolean volumeGoes = member.volume() != null && s.wanted().volumes().deleteWhenScaled();
        return decision(volumeGoes ? new Action.DeleteVolume(member.name()) : new Action.Forget(member.name()), member);
    }

    private static Decision decision(Action action, MemberView member) {
        return new Decision("Former", action, Operation.Type.RESTORE_IN_PLACE, member.name());
    }
}
