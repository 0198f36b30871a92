package dev.mainstay.e2e.operator;

import dev.mainstay.e2e.server.Pause;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what a cluster comes to by itself. */
final class Await {
    /** More than any step takes on a slow machine. */
    static final Duration PATIENCE = Duration.ofMinutes(6);

    private static final long AGAIN_MILLIS = 500;

    private Await() {}

    /** Until it holds; says what was waited for, and how things are, if it never does. */
    static void until(String what, BooleanSupplier holds, Supplier<String> state) {
        until(what, PATIENCE, holds, state);
    }

    /** The same within a time. */
    static void until(String what, Duration patience, BooleanSupplier holds, Supplier<String> state) {
        long end = System.nanoTime() + patience.toNanos();
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("no " + what + " within " + patience.toSeconds() + " s:\n" + state.get());
            }
            Pause.millis(AGAIN_MILLIS);
        }
    }
}
