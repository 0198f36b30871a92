package dev.mainstay.operator.cluster.engine;

import dev.mainstay.api.v1alpha1.Operation;
import org.jspecify.annotations.Nullable;

/** Writes down which cluster it is that our members join, before the first of them does: none is founded then, and no other joined. */
final class MeetRule implements Rule {

    @Override
    public String guard() {
        return "the cluster that is to be joined isn't known yet";
    }

    @Override
    public @Nullable Decision consider(Situation s) {
        Elsewhere elsewhere = s.elsewhere();
        if (!elsewhere.joined() || s.founded()) {
            return null;
        }
        Action action;
        if (!elsewhere.problem().isEmpty()) {
            action = new Action.Wait(Action.Blocker.SOURCE, elsewhere.problem());
        } else if (elsewhere.clusterId().isEmpty()) {
            action = new Action.Wait(
                    Action.Blocker.SOURCE,
                    "nobody at bootstrap.existing.endpoints says that a majority of its members agrees: see that they"
                            + " run, and that the operator reaches them");
        } else {
            action = new Action.RecordClusterId(elsewhere.clusterId());
        }
        return new Decision("Meet", action, Operation.Type.BOOTSTRAP, null);
    }
}
