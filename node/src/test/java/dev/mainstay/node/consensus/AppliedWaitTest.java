package dev.mainstay.node.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AppliedWaitTest {

    private final AtomicLong clock = new AtomicLong();
    private final Lagging raft = new Lagging();
    private final AppliedWait applied = new AppliedWait(raft, clock::get);

    @Test
    void whatIsCommittedLaterIsNotWaitedFor() {
        var caughtUp = applied.caughtUp();
        raft.committed = 20;
        assertThat(caughtUp).isNotDone();

        raft.applied = 10;

        assertThat(caughtUp).succeedsWithin(20, TimeUnit.SECONDS).isEqualTo(true);
    }

    @Test
    void patienceEndsAfterASecond() {
        var caughtUp = applied.caughtUp();
        clock.set(TimeUnit.MILLISECONDS.toNanos(999));
        assertThat(caughtUp).isNotDone();

        clock.set(TimeUnit.SECONDS.toNanos(1));

        assertThat(caughtUp).succeedsWithin(20, TimeUnit.SECONDS).isEqualTo(false);
    }

    /** A member that has applied less than is committed. */
    private static final class Lagging implements RaftStatus {

        private volatile long committed = 10;
        private volatile long applied = 9;

        @Override
        public long memberId() {
            return 1;
        }

        @Override
        public long leaderId() {
            return 1;
        }

        @Override
        public long term() {
            return 1;
        }

        @Override
        public long committedIndex() {
            return committed;
        }

        @Override
        public long appliedIndex() {
            return applied;
        }
    }
}
