package dev.mainstay.operator.cluster.engine;

import dev.mainstay.api.v1alpha1.Operation;
import dev.mainstay.operator.cluster.engine.ClusterView.Listed;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * Takes the members of the cluster that ours joined off the list, one at a time, once all of ours vote and somebody said so: those that
 * don't serve first, the leader last.
 */
final class PartRule implements Rule {

    @Override
    public String guard() {
        return "members of the cluster that was joined are to leave";
    }

    @Override
    public @Nullable Decision consider(Situation s) {
        if (!s.elsewhere().leave() || !complete(s)) {
            return null;
        }
        return s.strangers().stream()
                .sorted(Comparator.comparing(s::isLeader)
                        .thenComparing(s::serving)
                        .thenComparing(Listed::id))
                .filter(s::quorumAfterRemoval)
                .findFirst()
                .map(stranger -> remove(s, stranger))
                .orElse(null);
    }

    @Override
    public @Nullable String heldBack(Situation s) {
        int strangers = s.strangers().size();
        if (strangers == 0) {
            return null;
        }
        String who = strangers + " of them are on the list; ";
        if (!s.elsewhere().leave()) {
            return who + "nobody has said yet that they may leave";
        }
        return who + (complete(s) ? "too few of the others serve to spare one" : "ours don't all vote yet");
    }

    private static boolean complete(Situation s) {
        return s.staying().size() >= s.wanted().replicas()
                && s.staying().stream().allMatch(s::voter);
    }

    private static Decision remove(Situation s, Listed stranger) {
        String name = Situation.nameOf(stranger);
        Action handOver = s.serving(stranger) ? s.handOver(stranger, name) : null;
        return new Decision(
                "Part",
                handOver != null ? handOver : new Action.RemoveFromList(name, stranger.id()),
                Operation.Type.SCALE_IN,
                null);
    }
}
