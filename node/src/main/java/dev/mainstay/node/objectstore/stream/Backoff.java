package dev.mainstay.node.objectstore.stream;

import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How often something is tried and how long to wait in between: each wait is drawn from nothing up to a limit that doubles, so that
 * many who were refused together don't come back together.
 *
 * @param attempts in all, 1 or more
 * @param first the limit of the first wait
 * @param longest the limit that isn't passed
 */
public record Backoff(int attempts, Duration first, Duration longest) {

    /** Asks for about a minute. */
    public static final Backoff STANDARD = new Backoff(9, Duration.ofMillis(250), Duration.ofSeconds(20));

    /** How long to wait at most after this many failures, 1 or more. */
    public Duration limit(int failures) {
        long doubled = first.toMillis() << Math.min(failures - 1, 20);
        return doubled > longest.toMillis() ? longest : Duration.ofMillis(doubled);
    }

    /** Waits after this many failures, 1 or more. */
    public void await(int failures) throws InterruptedIOException {
        try {
            Thread.sleep(ThreadLocalRandom.current().nextLong(limit(failures).toMillis() + 1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for an object store");
        }
    }
}
