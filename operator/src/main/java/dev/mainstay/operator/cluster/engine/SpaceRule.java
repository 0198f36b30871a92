package dev.mainstay.operator.cluster.engine;

import dev.mainstay.api.v1alpha1.Operation;
import dev.mainstay.operator.cluster.engine.ClusterView.Alarm;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A member ran out of space. Free space is returned one member at a time, the leader last; the alarm is cleared when all are below
 * nine tenths of the quota. What only deleting keys or history could free is left to people.
 */
final class SpaceRule implements Rule {

    @Override
    public String guard() {
        return "an alarm says that a member ran out of space";
    }

    @Override
    public @Nullable Decision consider(Situation s) {
        Alarm alarm = s.cluster().alarms().stream()
                .filter(candidate -> candidate.kind() == Alarm.Kind.NOSPACE)
                .findFirst()
                .orElse(null);
        if (alarm == null || !s.quorum()) {
            return null;
        }
        long limit = s.wanted().policy().quota() / 10 * 9;
        List<MemberView> serving =
                s.members().stream().filter(MemberView::serving).toList();
        if (serving.size() < s.cluster().list().size()) {
            return null;
        }
        if (serving.stream().allMatch(member -> size(member) < limit)) {
            return new Decision("Space", new Action.Disarm(alarm), Operation.Type.CLEAR_ALARM, null);
        }
        MemberView next = serving.stream()
                .filter(member -> size(member) - inUse(member) > size(member) / 10)
                .min(Comparator.comparing(s::leads).thenComparingInt(MemberView::number))
                .orElse(null);
        return next == null
                ? null
                : new Decision("Space", new Action.Defragment(next.name()), Operation.Type.CLEAR_ALARM, next.name());
    }

    @Override
    public @Nullable String heldBack(Situation s) {
        if (s.cluster().alarms().stream().noneMatch(alarm -> alarm.kind() == Alarm.Kind.NOSPACE)) {
            return null;
        }
        return s.members().stream().filter(MemberView::serving).count()
                        < s.cluster().list().size()
                ? "not all members serve"
                : "no member has free space to return: delete keys and compact, or raise the quota";
    }

    private static long size(MemberView member) {
        return member.answer() == null ? 0 : member.answer().dbSize();
    }

    private static long inUse(MemberView member) {
        return member.answer() == null ? 0 : member.answer().dbSizeInUse();
    }
}
