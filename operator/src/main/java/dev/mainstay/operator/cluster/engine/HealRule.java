package dev.mainstay.operator.cluster.engine;

import dev.mainstay.api.v1alpha1.Operation;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A voter that doesn't serve for long, or whose data is gone, while the others agree: its pod is made anew a few times, then the
 * member is replaced. One that still serves from a volume that was deleted is replaced before its pod goes, and the data with it.
 */
final class HealRule implements Rule {

    @Override
    public String guard() {
        return "a voter doesn't serve or has lost its data, and the others can do without it";
    }

    @Override
    public @Nullable Decision consider(Situation s) {
        Wanted.Policy policy = s.wanted().policy();
        for (MemberView member : s.staying()) {
            boolean doomed = member.volume() != null && member.volume().deleting();
            if (doomed && member.serving() && s.voter(member) && policy.replaceByItself()) {
                return replace(member, "its volume was deleted, and goes when its pod does");
            }
            if (!s.voter(member) || member.serving() || !s.othersHoldQuorum(member)) {
                continue;
            }
            MemberView.PodView pod = member.pod();
            boolean late = s.past(member.unhealthySince(), policy.unhealthy());
            if (s.dataLost(member)) {
                if (policy.replaceByItself()
                        && (pod == null || late || !s.wanted().volumes().claims())) {
                    return replace(member, "its data is gone");
                }
                continue;
            }
            if (!late || pod == null) {
                continue;
            }
            if (pod.terminating()) {
                if (policy.replaceByItself()) {
                    return replace(member, "its pod doesn't stop: its node may be lost");
                }
                continue;
            }
            if (member.recreates() < policy.maxRecreates()) {
                return decision(new Action.RecreatePod(member.name(), pod.uid(), member.recreates() + 1), member);
            }
            if (policy.replaceByItself()) {
                return replace(member, "it doesn't serve, however often its pod is made anew");
            }
        }
        return null;
    }

    @Override
    public @Nullable String heldBack(Situation s) {
        for (MemberView member : s.staying()) {
            if (!s.voter(member) || member.serving()) {
                continue;
            }
            Instant since = member.unhealthySince();
            if (!s.othersHoldQuorum(member)) {
                return member.name() + " doesn't serve, and the others are no quorum without it";
            }
            if (since != null && !s.past(since, s.wanted().policy().unhealthy())) {
                return member.name() + " doesn't serve, and is given time until "
                        + since.plus(s.wanted().policy().unhealthy());
            }
            return s.wanted().policy().replaceByItself()
                    ? member.name() + " doesn't serve, and has no pod yet"
                    : member.name()
                            + " doesn't serve, and recovery.memberReplacement is Manual: delete its EtcdMember to have"
                            + " it replaced";
        }
        return null;
    }

    private static Decision replace(MemberView member, String why) {
        return decision(new Action.MarkLeaving(member.name(), why), member);
    }

    private static Decision decision(Action action, MemberView member) {
        return new Decision("Heal", action, Operation.Type.REPLACE, member.name());
    }
}
