package dev.mainstay.operator.cluster.engine;

import dev.mainstay.api.v1alpha1.Operation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Members of another incarnation, whose data a restore replaces, or that a restore was begun with that was given up. They are stopped, all of
 * them, before anything is begun; their volumes stay until the cluster is whole again.
 */
final class FormerRule implements Rule {

    @Override
    public @Nullable Decision consider(Situation s) {
        List<MemberView> former = s.former();
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
