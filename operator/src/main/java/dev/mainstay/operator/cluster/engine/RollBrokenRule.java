package dev.mainstay.operator.cluster.engine;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A member that doesn't serve takes a change at once: it has nothing to lose, and the change may be what helps it. So a change that
 * broke the first member it reached is taken back there first. Without a quorum nobody serves, so only who says nothing at all counts.
 */
final class RollBrokenRule implements Rule {

    /** A member that only starts is left alone for so long. */
    private static final Duration GRACE = Duration.ofSeconds(60);

    @Override
    public String guard() {
        return "a member that doesn't serve has yet to take a change";
    }

    @Override
    public @Nullable Decision consider(Situation s) {
        if (!s.wanted().policy().rollByItself()) {
            return null;
        }
        for (MemberView member : s.members()) {
            MemberView.PodView pod = member.pod();
            if (pod == null
                    || pod.terminating()
                    || member.suspended()
                    || (s.quorum() ? member.serving() : member.answer() != null)
                    || s.upToDate(member)
                    || !s.past(member.unhealthySince(), GRACE)) {
                continue;
            }
            boolean told = member.version().equals(s.wanted().version())
                    && member.templateHash().equals(s.wanted().templateHash());
            Action action = told
                    ? new Action.DeletePod(member.name(), pod.uid(), "takes a change while it doesn't serve")
                    : new Action.SetTemplate(
                            member.name(), s.wanted().version(), s.wanted().templateHash());
            return new Decision("RollBroken", action, RollRule.type(s, member), member.name());
        }
        return null;
    }

    @Override
    public @Nullable String heldBack(Situation s) {
        return s.members().stream()
                .filter(member -> member.pod() != null && !member.serving() && !s.upToDate(member))
                .findFirst()
                .map(member -> !s.wanted().policy().rollByItself()
                        ? member.name() + " takes it when its pod is deleted: updateStrategy.type is OnDelete"
                        : member.name() + " is given " + GRACE.toSeconds() + " seconds to serve first")
                .orElse(null);
    }
}
