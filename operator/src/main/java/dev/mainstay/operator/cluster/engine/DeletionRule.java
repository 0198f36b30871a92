package dev.mainstay.operator.cluster.engine;

import org.jspecify.annotations.Nullable;

/**
 * A cluster that is deleted: volumes are told to go as the retention says, then the members' objects go; pods follow them, and with its pod
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
}
