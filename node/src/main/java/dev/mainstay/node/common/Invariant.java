package dev.mainstay.node.common;

import com.google.errorprone.annotations.FormatMethod;

/** Checks of what must hold; they stay on in production. A failure means our own state can't be trusted. */
public final class Invariant {

    private Invariant() {}

    /** @throws IllegalStateException if {@code holds} is false */
    @FormatMethod
    public static void check(boolean holds, String format, Object... args) {
        if (!holds) {
            throw new IllegalStateException("invariant broken: " + String.format(format, args));
        }
    }
}
