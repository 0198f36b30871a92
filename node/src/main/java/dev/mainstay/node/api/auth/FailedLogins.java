package dev.mainstay.node.api.auth;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Makes guessing slow: the more wrong passwords were shown for a user of late, the longer the answer to the next wrong one is
 * held back. The right one is answered at once, so nobody can lock a user out. Any thread.
 */
public final class FailedLogins {

    private static final int MOST_USERS = 10_000;
    private static final long FIRST_MILLIS = 50;
    private static final long LONGEST_MILLIS = 5_000;
    private static final int MOST_DOUBLINGS = 7;
    private static final long FORGOTTEN_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final LongSupplier nanoClock;
    private final AtomicLong total = new AtomicLong();
    /** In the order of their last failure. Guarded by this. */
    private final Map<String, Failures> failures = new LinkedHashMap<>();

    private record Failures(int count, long lastNanos) {}

    public FailedLogins(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** Notes a failure of a user, or of whoever a name stands for, and answers for how many milliseconds it should be kept from whoever tried. */
    public synchronized long failed(String user) {
        total.incrementAndGet();
        long now = nanoClock.getAsLong();
        Failures before = failures.remove(user);
        int count = before == null || now - before.lastNanos() > FORGOTTEN_NANOS ? 0 : before.count();
        if (failures.size() >= MOST_USERS) {
            var oldest = failures.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
        failures.put(user, new Failures(count + 1, now));
        return Math.min(LONGEST_MILLIS, FIRST_MILLIS << Math.min(count, MOST_DOUBLINGS));
    }

    /** How many there were. */
    public long total() {
        return total.get();
    }
}
