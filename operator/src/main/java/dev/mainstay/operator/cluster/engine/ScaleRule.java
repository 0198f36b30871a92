package dev.mainstay.operator.cluster.engine;

import dev.mainstay.api.v1alpha1.Operation;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * Makes one more member, or lets one go: who holds the wrong kind of volume, then the newest, but not the leader if another fits. The
 * first member of all founds the cluster.
 */
final class ScaleRule implements Rule {

    @Override
    public String guard() {
        return "there are too few members, or too many";
    }

    @Override
    public @Nullable Decision consider(Situation s) {
        int staying = s.staying().size();
        int number = Math.max(s.recorded().lastMemberNumber(), newest(s)) + 1;
        if (!s.founded()) {
            return s.members().isEmpty()
                    ? new Decision(
                            "Scale",
                            new Action.CreateMember(number, MemberView.Join.BOOTSTRAP),
                            Operation.Type.BOOTSTRAP,
                            null)
                    : null;
        }
        if (staying < JoinRule.target(s)) {
            Operation.Type type = staying < s.wanted().replicas() && s.members().size() == staying
                    ? Operation.Type.SCALE_OUT
                    : Operation.Type.REPLACE;
            return new Decision("Scale", new Action.CreateMember(number, MemberView.Join.LEARNER), type, null);
        }
        return staying > s.wanted().replicas() && s.members().size() == staying ? shrink(s) : null;
    }

    @Override
    public @Nullable String heldBack(Situation s) {
        int staying = s.staying().size();
        if (!s.founded()) {
            return staying < s.wanted().replicas() ? "the first member founds the cluster before others join" : null;
        }
        if (staying <= s.wanted().replicas()) {
            return null;
        }
        return s.members().size() > staying
                ? "another member is leaving"
                : "no member can be spared: too few of the others serve";
    }

    private static int newest(Situation s) {
        return s.everyone().stream().mapToInt(MemberView::number).max().orElse(0);
    }

    private static @Nullable Decision shrink(Situation s) {
        return s.staying().stream()
                .max(Comparator.<MemberView, Boolean>comparing(s::staleVolume)
                        .thenComparing(member -> !s.leads(member))
                        .thenComparingInt(MemberView::number))
                .filter(s::quorumAfterRemoval)
                .map(member -> new Decision(
                        "Scale",
                        new Action.MarkLeaving(member.name(), "is no longer wanted"),
                        Operation.Type.SCALE_IN,
                        member.name()))
                .orElse(null);
    }
}
