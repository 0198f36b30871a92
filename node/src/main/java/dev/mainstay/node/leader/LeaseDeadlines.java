package dev.mainstay.node.leader;

import dev.mainstay.node.lease.Lease;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * The leader's exact deadlines, in cluster elapsed milliseconds. The replicated deadline of a lease is never before the
 * exact one that a client was promised, so forgetting all this is safe: it makes leases live longer, never shorter.
 * A leader that was deposed and doesn't know it may promise up to the replicated deadline that it knew: so its successor
 * keeps to the one that it found, too, whatever is renewed before.
 *
 * <p>A heap holds each lease once, by a time at or before its deadline; a lease that turns out to have been renewed goes
 * back. So a renewal costs no more than a look-up. Guarded by the owner's lock.
 */
final class LeaseDeadlines {

    private static final long MAX_SLACK_MILLIS = 60_000;

    private final Map<Long, Held> held = new HashMap<>();
    private final PriorityQueue<Due> dues = new PriorityQueue<>(Comparator.comparingLong(Due::atMillis));

    private record Due(long atMillis, Held lease) {}

    private static final class Held {

        private final long foundMillis;
        private Lease replicated;
        private long deadlineMillis;
        private long loggedMillis;
        private boolean gone;

        Held(Lease lease) {
            this.foundMillis = lease.deadlineMillis();
            this.replicated = lease;
            this.deadlineMillis = lease.deadlineMillis();
            this.loggedMillis = lease.deadlineMillis();
        }
    }

    /** What a renewal takes. */
    sealed interface Renewal {

        /** No such lease. */
        record Unknown() implements Renewal {}

        /** Its time is over, though it isn't revoked yet. */
        record Expired() implements Renewal {}

        /** Done: what the log says, or is about to say, covers the new deadline. */
        record Covered(long ttlSeconds) implements Renewal {}

        /** Done, once the log says this. */
        record ToLog(long ttlSeconds, long deadlineMillis) implements Renewal {}
    }

    /** Takes note of a committed change; {@code lease} is {@code null} when it ended. */
    void changed(long id, @Nullable Lease lease) {
        if (lease == null) {
            Held ended = held.remove(id);
            if (ended != null) {
                ended.gone = true;
            }
            return;
        }
        Held known = held.get(id);
        if (known == null) {
            Held added = new Held(lease);
            held.put(id, added);
            dues.add(new Due(added.deadlineMillis, added));
            return;
        }
        known.replicated = lease;
        if (lease.deadlineMillis() > known.loggedMillis) {
            known.loggedMillis = lease.deadlineMillis();
            known.deadlineMillis = lease.deadlineMillis();
        }
    }

    /** Whole seconds left, 0 for a lease that waits for its revocation, -1 for no lease. */
    long remainingSeconds(long id, long nowMillis) {
        Held lease = held.get(id);
        return lease == null ? -1 : Math.max(0, lease.deadlineMillis - nowMillis - 1) / 1000;
    }

    /** Gives a lease another TTL from now on. */
    Renewal renew(long id, long nowMillis) {
        Held lease = held.get(id);
        if (lease == null) {
            return new Renewal.Unknown();
        }
        if (lease.deadlineMillis <= nowMillis) {
            return new Renewal.Expired();
        }
        long ttlMillis = lease.replicated.ttlMillis();
        long ttlSeconds = lease.replicated.ttlSeconds();
        lease.deadlineMillis = Math.max(lease.foundMillis, nowMillis + ttlMillis);
        if (lease.deadlineMillis <= lease.loggedMillis) {
            return new Renewal.Covered(ttlSeconds);
        }
        lease.loggedMillis = lease.deadlineMillis + Math.min(ttlMillis / 2, MAX_SLACK_MILLIS);
        return new Renewal.ToLog(ttlSeconds, lease.loggedMillis);
    }

    /** Takes back that the log was about to cover a renewal: the next one is logged again. */
    void notLogged(long id) {
        Held lease = held.get(id);
        if (lease != null) {
            lease.loggedMillis = lease.replicated.deadlineMillis();
        }
    }

    /** Takes out at most {@code limit} leases whose time is over, as replicated. Each must be put back or end. */
    List<Lease> takeExpired(long nowMillis, int limit) {
        List<Lease> expired = new ArrayList<>();
        while (expired.size() < limit) {
            Due due = dues.peek();
            if (due == null || due.atMillis > nowMillis) {
                break;
            }
            dues.remove();
            Held lease = due.lease;
            if (lease.gone) {
                continue;
            }
            if (lease.deadlineMillis > nowMillis) {
                dues.add(new Due(lease.deadlineMillis, lease));
            } else {
                expired.add(lease.replicated);
            }
        }
        return expired;
    }

    /** Puts a taken lease back that is still there, to be looked at again at the given time. */
    void putBack(long id, long atMillis) {
        Held lease = held.get(id);
        if (lease != null) {
            dues.add(new Due(atMillis, lease));
        }
    }
}
