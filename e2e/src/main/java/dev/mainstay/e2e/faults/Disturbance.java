package dev.mainstay.e2e.faults;

import java.util.Random;

/**
 * How a link is slow and unreliable, as seen above TCP: lost packets show as stalls until they are sent again, reordered ones
 * as connections that overtake each other.
 *
 * @param delayMillis added to everything
 * @param jitterMillis up to this much more is added, by chance, to each piece of data
 * @param lossPercent how many pieces of a hundred are lost, and come after {@link #RESEND_MILLIS} or a multiple of it
 */
public record Disturbance(int delayMillis, int jitterMillis, int lossPercent) {
    /** Linux waits this long at least before it sends a packet again. */
    public static final int RESEND_MILLIS = 200;
    /** A packet that was lost may be lost again, this often. */
    private static final int MOST_RESENDS = 4;

    /** A link that is well. */
    public static final Disturbance NONE = new Disturbance(0, 0, 0);

    /** How late the next piece of data is, in nanoseconds. */
    long nextDelayNanos(Random random) {
        if (equals(NONE)) {
            return 0;
        }
        long millis = delayMillis;
        for (int i = 0; i < MOST_RESENDS && random.nextInt(100) < lossPercent; i++) {
            millis += (long) RESEND_MILLIS << i;
        }
        long micros = millis * 1_000 + (jitterMillis == 0 ? 0 : random.nextInt(jitterMillis * 1_000));
        return micros * 1_000;
    }
}
