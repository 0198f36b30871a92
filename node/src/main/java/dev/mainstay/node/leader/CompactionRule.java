package dev.mainstay.node.leader;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;

/** Up to which revision history is dropped by itself. Looked at in its own rhythm, by one thread. */
public sealed interface CompactionRule {

    /** How often it wants to be looked at. */
    long periodMillis();

    /**
     * Notes where the store is, and says what is due.
     *
     * @param nowMillis of a clock that only goes forward
     * @return the revision to compact to, if there is one; the same again until it is {@link #done}
     */
    OptionalLong due(long nowMillis, long revision);

    /** What was due has been compacted, by whomever. */
    void done(long nowMillis, long compacted);

    /**
     * Keeps what is younger than some time. Revisions are noted ten times an hour, or ten times in that time if it is
     * shorter; once the first notes are old enough, history is dropped every hour, or once in that time.
     */
    static CompactionRule younger(Duration retention) {
        return new Younger(retention.toMillis());
    }

    /** Keeps so many revisions; looks every five minutes. */
    static CompactionRule newest(long retained) {
        return new Newest(retained);
    }

    /** See {@link #younger}. */
    final class Younger implements CompactionRule {

        private static final long LONGEST_INTERVAL_MILLIS = Duration.ofHours(1).toMillis();
        private static final int NOTES_PER_INTERVAL = 10;

        private final long retentionMillis;
        private final long intervalMillis;
        private final Deque<Note> notes = new ArrayDeque<>();
        private long lastMillis = Long.MIN_VALUE;
        private long lastRevision;

        private record Note(long millis, long revision) {}

        private Younger(long retentionMillis) {
            this.retentionMillis = retentionMillis;
            this.intervalMillis = Math.min(retentionMillis, LONGEST_INTERVAL_MILLIS);
        }

        @Override
        public long periodMillis() {
            return Math.max(1, intervalMillis / NOTES_PER_INTERVAL);
        }

        @Override
        public OptionalLong due(long nowMillis, long revision) {
            long revisionThen = 0;
            while (!notes.isEmpty() && nowMillis - notes.getFirst().millis() >= retentionMillis) {
                revisionThen = notes.removeFirst().revision();
            }
            notes.addLast(new Note(nowMillis, revision));
            if (revisionThen > 0) {
                notes.addFirst(new Note(nowMillis - retentionMillis, revisionThen));
            }
            boolean soonAgain = lastMillis != Long.MIN_VALUE && nowMillis - lastMillis < intervalMillis;
            return soonAgain || revisionThen == lastRevision || revisionThen == 0
                    ? OptionalLong.empty()
                    : OptionalLong.of(revisionThen);
        }

        @Override
        public void done(long nowMillis, long compacted) {
            lastMillis = nowMillis;
            lastRevision = compacted;
        }
    }

    /** See {@link #newest}. */
    final class Newest implements CompactionRule {

        private static final long PERIOD_MILLIS = Duration.ofMinutes(5).toMillis();

        private final long retained;
        private long last;

        private Newest(long retained) {
            this.retained = retained;
        }

        @Override
        public long periodMillis() {
            return PERIOD_MILLIS;
        }

        @Override
        public OptionalLong due(long nowMillis, long revision) {
            long target = revision - retained;
            return target > 0 && target != last ? OptionalLong.of(target) : OptionalLong.empty();
        }

        @Override
        public void done(long nowMillis, long compacted) {
            last = compacted;
        }
    }
}
