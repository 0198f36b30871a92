package dev.mainstay.node.backup;

import java.time.Instant;

/** A moment that a restore is to come to. */
public sealed interface RecoveryTarget {

    /** Right behind the change that made this revision. */
    record Revision(long revision) implements RecoveryTarget {

        @Override
        public String toString() {
            return "revision " + revision;
        }
    }

    /** All that was put into the log up to this time, to the millisecond, and nothing after. */
    record Time(Instant time) implements RecoveryTarget {

        @Override
        public String toString() {
            return time.toString();
        }
    }

    /** All that was archived. */
    record Latest() implements RecoveryTarget {

        @Override
        public String toString() {
            return "the end of the archive";
        }
    }
}
