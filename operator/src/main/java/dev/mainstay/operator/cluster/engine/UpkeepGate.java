package dev.mainstay.operator.cluster.engine;

import org.jspecify.annotations.Nullable;

/** Schedules that can't be read: what is broken was repaired before this, the rest waits for a person. */
final class UpkeepGate implements Rule {

    @Override
    public String name() {
        return "Upkeep";
    }

    @Override
    public String guard() {
        return "schedules in spec.maintenance can't be read";
    }

    @Override
    public @Nullable Decision consider(Situation s) {
        String problem = s.upkeep().problem();
        return problem.isEmpty()
                ? null
                : new Decision("Upkeep", new Action.Wait(Action.Blocker.SPEC, problem), null, null);
    }
}
