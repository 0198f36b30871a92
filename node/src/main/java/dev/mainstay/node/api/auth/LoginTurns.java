package dev.mainstay.node.api.auth;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whose password is looked at next. One address has a few attempts under way, from the look at its password until its answer;
 * more wait, and too many are refused. Since wrong passwords are answered late, that bounds how fast an address can guess, and
 * how long others wait behind it. Any thread.
 */
public final class LoginTurns {

    /** Attempts of one address that are under way. */
    static final int AT_ONCE = 8;

    /** Attempts of one address that wait. */
    static final int MOST_WAITING = 128;

    private final FailedLogins failures;
    /** Guarded by this, as its values are. */
    private final Map<String, Turns> addresses = new HashMap<>();

    private int waiting;
    private long refused;

    /** What one address has begun. */
    private static final class Turns {
        private final Queue<Runnable> waiting = new ArrayDeque<>();
        private int underWay;
    }

    public LoginTurns(LongSupplier nanoClock) {
        this.failures = new FailedLogins(nanoClock);
    }

    /**
     * Begins an attempt now or when its turn comes, to be followed by one {@link #ended}.
     *
     * @param attempt must not block; runs on the caller's thread or one that ends another attempt
     * @return {@code false} when too many wait already; then it won't run
     */
    public boolean begin(String address, Runnable attempt) {
        synchronized (this) {
            Turns turns = addresses.computeIfAbsent(address, _ -> new Turns());
            if (turns.underWay >= AT_ONCE) {
                if (turns.waiting.size() >= MOST_WAITING) {
                    refused++;
                    return false;
                }
                waiting++;
                return turns.waiting.add(attempt);
            }
            turns.underWay++;
        }
        attempt.run();
        return true;
    }

    /** An attempt was answered. */
    public void ended(String address) {
        Runnable next = next(address);
        if (next != null) {
            next.run();
        }
    }

    private synchronized @Nullable Runnable next(String address) {
        Turns turns = addresses.get(address);
        if (turns == null) {
            throw new IllegalStateException("nothing of " + address + " is under way");
        }
        Runnable next = turns.waiting.poll();
        if (next != null) {
            waiting--;
        } else if (--turns.underWay == 0) {
            addresses.remove(address);
        }
        return next;
    }

    /** Notes that an address showed a wrong password, and answers for how many milliseconds it should wait for the answer. */
    public long failed(String address) {
        return failures.failed(address);
    }

    /** How many attempts wait for their turn. */
    public synchronized int waiting() {
        return waiting;
    }

    /** How many attempts were refused. */
    public synchronized long refused() {
        return refused;
    }
}
