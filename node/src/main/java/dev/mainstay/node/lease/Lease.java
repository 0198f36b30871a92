package dev.mainstay.node.lease;

/**
 * A lease as replicated.
 *
 * @param ttlSeconds the granted TTL
 * @param deadlineMillis cluster elapsed time before which no leader may end the lease; the leader in office may know of an
 *     earlier one, since renewals are logged with slack
 */
public record Lease(long id, long ttlSeconds, long deadlineMillis) {

    /** The longest TTL a client may ask for. */
    public static final long MAX_TTL_SECONDS = 9_000_000_000L;

    public long ttlMillis() {
        return Math.multiplyExact(ttlSeconds, 1000L);
    }

    public Lease withDeadline(long newDeadlineMillis) {
        return new Lease(id, ttlSeconds, newDeadlineMillis);
    }
}
