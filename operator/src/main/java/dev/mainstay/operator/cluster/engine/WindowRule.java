package dev.mainstay.operator.cluster.engine;

import org.jspecify.annotations.Nullable;

/** When nothing else is to do: says what waits for a maintenance window. */
final class WindowRule implements Rule {

    @Override
    public String guard() {
        return "something waits for a maintenance window";
    }

    @Override
    public @Nullable Decision consider(Situation s) {
        if (s.upkeep().open()) {
            return null;
        }
        boolean rolls =
                s.wanted().policy().rollByItself() && s.members().stream().anyMatch(member -> !s.upToDate(member));
        boolean exchanges = s.staying().stream().anyMatch(s::staleVolume);
        if (!rolls && !exchanges) {
            return null;
        }
        String what = rolls ? "members are to take a change" : "volumes are to be exchanged";
        return new Decision(
                "Window",
                new Action.Wait(Action.Blocker.WINDOW, what + "; " + s.upkeep().whenNext()),
                null,
                null);
    }
}
