package dev.mainstay.operator.cluster.engine;

import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A cluster that is deleted: members that joined those of another cluster leave its list first, so that it goes on without them; volumes are told to go as the retention says, then the members' objects go; pods follow them, and with its pod
 * the volume.
 */
final class DeletionRule implements Rule {

    @Override
    public String guard() {
        return "the cluster is being deleted";
    }

    @Override
    public @Nullable Decision consider(Situation s) {
        if (!s.wanted().deleted()) {
            return null;
        }
        if (!s.strangers().isEmpty() && s.quorum()) {
            Decision withdrawal = withdraw(s);
            if (withdrawal != null) {
                return withdrawal;
            }
        }
        for (MemberView member : s.everyone()) {
            boolean deletes = s.wanted().volumes().deleteWhenDeleted()
                    && member.volume() != null
                    && !member.volume().deleting();
            Action action = deletes ? new Action.DeleteVolume(member.name()) : new Action.Forget(member.name());
            return new Decision("Deletion", action, null, member.name());
        }
        Action last = s.loss().quarantined().stream()
                .filter(volume -> s.wanted().volumes().deleteWhenDeleted() && !volume.deleting())
                .findFirst()
                .<Action>map(volume -> new Action.DropQuarantined(volume.claim()))
                .orElse(new Action.Idle());
        return new Decision("Deletion", last, null, null);
    }

    /** Takes the next of ours off the list; null once all are. Without a quorum nobody can be, and nothing would be saved by waiting. */
    private static @Nullable Decision withdraw(Situation s) {
        List<ClusterView.Listed> ours = s.cluster().list().stream()
                .filter(listed -> !listed.name().isEmpty())
                .sorted(Comparator.comparing(s::isLeader)
                        .thenComparing(listed -> !listed.learner())
                        .thenComparing(s::serving))
                .toList();
        if (ours.isEmpty()) {
            return null;
        }
        Action action = ours.stream()
                .filter(s::quorumWithout)
                .findFirst()
                .<Action>map(listed -> new Action.RemoveFromList(listed.name(), listed.id()))
                .orElseGet(
                        () -> new Action.Wait(
                                Action.Blocker.HEALTH,
                                "the cluster that was joined would be left without a quorum: start its members that don't serve"));
        return new Decision("Deletion", action, null, null);
    }
}
