package dev.mainstay.node.api.transport;

import java.time.Duration;

/**
 * Counts the pings that a client sends too often, as the gRPC library of etcd does ({@code server_keepalive_enforcement} in
 * gRPC's proposal A8): an idle connection may be pinged every two hours, one with open calls as often as the server says, and
 * an answer on the way forgives what was before. Event loop of the connection only.
 */
final class PingStrikes {

    /** What {@code --grpc-keepalive-min-time=0} leaves in force: gRPC's own rule. */
    private static final Duration UNSET = Duration.ofMinutes(5);

    private static final Duration IDLE = Duration.ofHours(2);
    private static final int FORGIVEN = 2;

    private final long minNanos;
    private long lastNanos;
    private boolean pinged;
    private boolean answered;
    private int strikes;

    /**
     * Begins to count.
     *
     * @param minTime between two pings while calls are open
     */
    PingStrikes(Duration minTime) {
        this.minNanos = (minTime.isZero() ? UNSET : minTime).toNanos();
    }

    /** Something of an answer goes to the client. */
    void answered() {
        answered = true;
    }

    /**
     * A ping has come.
     *
     * @param nowNanos by {@link System#nanoTime}
     * @param calls whether any are open
     * @return whether it is one too many, so that the connection is to be ended
     */
    boolean isTooMany(long nowNanos, boolean calls) {
        long sinceNanos = nowNanos - lastNanos;
        boolean early = pinged && sinceNanos < (calls ? minNanos : IDLE.toNanos());
        lastNanos = nowNanos;
        pinged = true;
        if (answered) {
            answered = false;
            strikes = 0;
        } else if (early) {
            strikes++;
        }
        return strikes > FORGIVEN;
    }
}
