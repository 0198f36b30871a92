package dev.mainstay.operator.cluster.engine;

import dev.mainstay.api.v1alpha1.Operation;
import dev.mainstay.operator.cluster.engine.ClusterView.Alarm;
import org.jspecify.annotations.Nullable;

/** Alarms of members that are gone are cleared; a member whose data differs is replaced, while the others agree without it. */
final class CorruptRule implements Rule {

    @Override
    public String name() {
        return "Alarms";
    }

    @Override
    public String guard() {
        return "the data of a member differs, or an alarm is of a member that is gone";
    }

    @Override
    public @Nullable Decision consider(Situation s) {
        if (!s.quorum()) {
            return null;
        }
        for (Alarm alarm : s.cluster().alarms()) {
            boolean stands =
                    s.cluster().list().stream().anyMatch(listed -> listed.id().equals(alarm.memberId()));
            if (!stands) {
                return new Decision("Alarms", new Action.Disarm(alarm), Operation.Type.CLEAR_ALARM, null);
            }
        }
        for (Alarm alarm : s.cluster().alarms()) {
            if (alarm.kind() == Alarm.Kind.CORRUPT) {
                return replace(s, alarm);
            }
        }
        return null;
    }

    private static @Nullable Decision replace(Situation s, Alarm alarm) {
        MemberView corrupt = s.members().stream()
                .filter(member -> {
                    ClusterView.Listed listed = s.listed(member);
                    return listed != null && listed.id().equals(alarm.memberId());
                })
                .findFirst()
                .orElse(null);
        if (corrupt != null && corrupt.leaving()) {
            return null;
        }
        if (corrupt == null || !s.othersHoldQuorum(corrupt)) {
            String why = "member " + alarm.memberId()
                    + " differs from the others, who are too few to go on without it: restore from a backup";
            return new Decision("Alarms", new Action.Wait(Action.Blocker.CORRUPT, why), null, null);
        }
        return new Decision(
                "Alarms",
                new Action.MarkLeaving(corrupt.name(), "its data differs from the others'"),
                Operation.Type.REPLACE,
                corrupt.name());
    }
}
