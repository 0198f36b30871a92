package dev.mainstay.node.tls;

import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * With whom there is no connection and why, counted each time and logged once a minute for each reason: whoever is refused
 * tries again and again. Nobody gets more than a few lines, since the other side has a say in the reason. Any thread.
 */
public final class RefusalLog {

    private static final System.Logger LOG = System.getLogger(RefusalLog.class.getName());
    private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int MOST_REMEMBERED = 64;
    private static final int MOST_OF_ONE = 4;
    private static final int MOST_CHARS = 500;

    private final String purpose;
    private final LongSupplier nanoClock;
    private final Map<String, Said> said = new LinkedHashMap<>();
    private long count;

    private record Said(String whom, long since) {}

    /** @param purpose what the connections are for, as in {@code peer} */
    public RefusalLog(String purpose, LongSupplier nanoClock) {
        this.purpose = purpose;
        this.nanoClock = nanoClock;
    }

    /** Notes that one side refused the other: with whom, and why. */
    public synchronized void refused(String whom, String why) {
        count++;
        String line = plain("no " + purpose + " connection with " + whom + ": " + why);
        long now = nanoClock.getAsLong();
        said.values().removeIf(one -> now - one.since() >= PAUSE_NANOS);
        long ofThisOne =
                said.values().stream().filter(one -> one.whom().equals(whom)).count();
        if (said.size() < MOST_REMEMBERED
                && ofThisOne < MOST_OF_ONE
                && said.putIfAbsent(line, new Said(whom, now)) == null) {
            LOG.log(Level.WARNING, line);
        }
    }

    /** Names in certificates are the other side's words. */
    private static String plain(String line) {
        String clean = line.replaceAll("\\p{Cntrl}", " ");
        return clean.length() <= MOST_CHARS ? clean : clean.substring(0, MOST_CHARS) + "...";
    }

    /** How many there were. */
    public synchronized long count() {
        return count;
    }
}
