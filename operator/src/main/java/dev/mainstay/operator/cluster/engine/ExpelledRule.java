package dev.mainstay.operator.cluster.engine;

import dev.mainstay.api.v1alpha1.Operation;
import org.jspecify.annotations.Nullable;

/** A member that was on the list and isn't any more can't come back: its object goes, so that another can be made. */
final class ExpelledRule implements Rule {

    @Override
    public String guard() {
        return "a member isn't on the list any more, though nobody asked it to leave";
    }

    @Override
    public @Nullable Decision consider(Situation s) {
        if (!s.quorum()) {
            return null;
        }
        for (MemberView member : s.staying()) {
            if (member.everSeen() && s.listed(member) == null) {
                return new Decision(
                        "Expelled",
                        new Action.MarkLeaving(member.name(), "is no longer on the member list"),
                        Operation.Type.REPLACE,
                        member.name());
            }
        }
        return null;
    }
}
