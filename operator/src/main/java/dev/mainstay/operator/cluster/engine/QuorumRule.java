package dev.mainstay.operator.cluster.engine;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** Too few members to agree on anything: they are waited for, and then a person is asked. Nothing else happens meanwhile. */
final class QuorumRule implements Rule {

    @Override
    public @Nullable Decision consider(Situation s) {
        if (!s.founded() || s.quorum()) {
            return null;
        }
        if (!s.past(s.recorded().quorumLostSince(), s.wanted().policy().quorumLoss())) {
            return wait(Action.Blocker.QUORUM, "too few members answer; waiting for them to come back");
        }
        String survivor = s.members().stream()
                .filter(member -> member.answer() != null)
                .max(Comparator.comparingLong(
                        member -> member.answer() == null ? 0 : member.answer().index()))
                .map(MemberView::name)
                .orElse("none that answers");
        int incarnation = s.recorded().incarnation() + 1;
        return wait(
                Action.Blocker.APPROVAL,
                "the quorum is lost; best member: " + survivor + ". Bring the others back, or make a new cluster from a"
                        + " backup; incarnation " + incarnation
                        + (s.wanted().approvedIncarnation() == incarnation ? " is approved" : " isn't approved"));
    }

    private static Decision wait(Action.Blocker blocker, String why) {
        return new Decision("Quorum", new Action.Wait(blocker, why), null, null);
    }
}
