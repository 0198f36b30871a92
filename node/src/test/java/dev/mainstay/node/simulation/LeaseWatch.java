package dev.mainstay.node.simulation;

import dev.mainstay.node.lease.Lease;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What clients were promised of leases, and when they ended. A lease ends when the first member applies its end; a promise
 * counts from when the client asked for what was then acknowledged.
 */
final class LeaseWatch {

    /** Deadlines are whole milliseconds, and each leader's clock begins with a whole one. */
    private static final long ROUNDING_MICROS = 2_000;

    private final Timeline timeline;
    private final Map<Long, Story> stories = new HashMap<>();
    private final TreeMap<Long, Long> ends = new TreeMap<>();
    private boolean clocksAgree = true;

    private static final class Story {
        private final long ttlMicros;
        private long promisedFromMicros = Long.MIN_VALUE;
        private long grantedMicros = Long.MAX_VALUE;
        private boolean revoking;

        Story(long ttlSeconds) {
            this.ttlMicros = ttlSeconds * 1_000_000;
        }
    }

    LeaseWatch(Timeline timeline) {
        this.timeline = timeline;
    }

    /** A member's clock stood still while others went on: it may keep promises late, or think it has kept them. */
    void clockStopped() {
        clocksAgree = false;
    }

    /** A client asks for a lease of an id that nobody used before. */
    void wanted(long id, long ttlSeconds) {
        stories.put(id, new Story(ttlSeconds));
    }

    void granted(long id, long askedMicros) {
        story(id).grantedMicros = timeline.micros();
        renewed(id, askedMicros);
    }

    /** A renewal was acknowledged that a client had asked for then. */
    void renewed(long id, long askedMicros) {
        Story story = story(id);
        if (timeline.isTraced()) {
            timeline.note("lease " + id + " is promised anew, as asked for at " + askedMicros + " us");
        }
        story.promisedFromMicros = Math.max(story.promisedFromMicros, askedMicros);
        keepsItsPromise(id, story);
    }

    /** A client asks for the lease's end. */
    void revoking(long id) {
        story(id).revoking = true;
    }

    /** A client was told that the lease isn't there. */
    void gone(long id, long askedMicros) {
        Story story = story(id);
        timeline.check(
                story.revoking || ends.containsKey(id) || story.grantedMicros > askedMicros,
                "a client was told that lease %d is gone, and it isn't",
                id);
    }

    /** A member applied a change of a lease, {@code null} for its end. */
    void changed(long member, long id, @Nullable Lease lease) {
        Long end = ends.get(id);
        if (lease != null) {
            if (timeline.isTraced()) {
                timeline.note("member " + member + " applies " + lease);
            }
            return;
        }
        if (end == null) {
            ends.put(id, timeline.micros());
            timeline.note("lease " + id + " ends at member " + member);
            keepsItsPromise(id, story(id));
        }
    }

    /** When a lease ended, in microseconds; -1 if it hasn't. */
    long endMicros(long id) {
        return ends.getOrDefault(id, -1L);
    }

    private void keepsItsPromise(long id, Story story) {
        Long end = ends.get(id);
        timeline.check(
                end == null
                        || story.revoking
                        || !clocksAgree
                        || end + ROUNDING_MICROS >= story.promisedFromMicros + story.ttlMicros,
                "lease %d of %d ms ended at %d us, though a renewal asked for at %d us was acknowledged",
                id,
                story.ttlMicros / 1_000,
                end,
                story.promisedFromMicros);
    }

    private Story story(long id) {
        Story story = stories.get(id);
        if (story == null) {
            throw new IllegalStateException("nobody asked for lease " + id);
        }
        return story;
    }
}
