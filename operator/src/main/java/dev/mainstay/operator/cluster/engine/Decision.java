package dev.mainstay.operator.cluster.engine;

import dev.mainstay.api.v1alpha1.Operation;
import org.jspecify.annotations.Nullable;

/**
 * What the engine chose, and why.
 *
 * @param rule the rule that chose it
 * @param action what to do
 * @param operation what it belongs to; null for nothing that is worth a name
 * @param member the member concerned; null for none
 */
public record Decision(
        String rule,
        Action action,
        Operation.@Nullable Type operation,
        @Nullable String member) {

    /** Whether there is nothing to do for now, and nobody to wait for: the cluster is as wanted, sleeps, or waits for a window. */
    public boolean atRest() {
        return action instanceof Action.Idle
                || (action instanceof Action.Wait wait
                        && (wait.blocker() == Action.Blocker.HIBERNATED || wait.blocker() == Action.Blocker.WINDOW));
    }

    /** A sentence for people: rule and action. */
    public String explained() {
        return rule + ": " + action;
    }
}
