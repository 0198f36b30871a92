package dev.mainstay.node.consensus;

import java.util.concurrent.TimeUnit;

/**
 * When peers are tried that there is no connection to: four times in an election timeout. A peer that is back is so reached
 * before it misses its leader; and who stands for election, or is handed leadership, asks the voters over connections that
 * stand already and don't wait out a back-off from the time when they were all starting. Watchdog's thread.
 */
final class Reconnection {

    private static final int TRIES_PER_ELECTION_TIMEOUT = 4;

    private final Runnable reconnect;
    private final long periodNanos;
    private long lastNanos;
    private boolean begun;

    Reconnection(Runnable reconnect, int electionMillis) {
        this.reconnect = reconnect;
        this.periodNanos = TimeUnit.MILLISECONDS.toNanos(electionMillis) / TRIES_PER_ELECTION_TIMEOUT;
    }

    void tick(long nowNanos) {
        if (begun && nowNanos - lastNanos < periodNanos) {
            return;
        }
        begun = true;
        lastNanos = nowNanos;
        reconnect.run();
    }
}
