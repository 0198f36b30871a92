package dev.mainstay.operator.cluster.engine;

import org.jspecify.annotations.Nullable;

/** A person said to change nothing. */
final class PauseRule implements Rule {

    @Override
    public String guard() {
        return "a person has paused it";
    }

    @Override
    public @Nullable Decision consider(Situation s) {
        return s.wanted().paused()
                ? new Decision("Pause", new Action.Wait(Action.Blocker.PAUSED, "spec.paused is true"), null, null)
                : null;
    }
}
