package dev.mainstay.node.tls;

import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * With whom there is no connection and why, counted each time and logged once a minute for each reason: whoever is refused
 * tries again and again. Any thread.
 */
public final class RefusalLog {

    private static final System.Logger LOG = System.getLogger(RefusalLog.class.getName());
    private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int MOST_REMEMBERED = 64;

    private final String purpose;
    private final LongSupplier nanoClock;
    private final Map<String, Long> said = new LinkedHashMap<>();
    private long count;

    /** @param purpose what the connections are for, as in {@code peer} */
    RefusalLog(String purpose, LongSupplier nanoClock) {
        this.purpose = purpose;
        this.nanoClock = nanoClock;
    }

    /** Notes that one side refused the other: with whom, and why. */
    public synchronized void refused(String whom, String why) {
        count++;
        String line = "no " + purpose + " connection with " + whom + ": " + why;
        long now = nanoClock.getAsLong();
        said.values().removeIf(since -> now - since >= PAUSE_NANOS);
        if (said.size() < MOST_REMEMBERED && said.putIfAbsent(line, now) == null) {
            LOG.log(Level.WARNING, line);
        }
    }

    /** How many there were. */
    public synchronized long count() {
        return count;
    }
}
