package dev.mainstay.node.leader;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.consensus.AppliedWait;
import dev.mainstay.node.consensus.RaftStatus;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A leader that has applied less than is committed. */
class LeadersLeasesTest {

    private final LeaseWorld world = new LeaseWorld();
    private final Lagging raft = new Lagging();
    private final AtomicLong clock = new AtomicLong();
    private boolean leads = true;
    private final LeadersLeases leases =
            new LeadersLeases(world.keeper, new AppliedWait(raft, clock::get), () -> leads);

    @Test
    void leaseThatTheLeaderIsYetToApplyIsNotGone() {
        var renewal = leases.keepAlive(7);
        var timeLeft = leases.timeLeft(7);
        assertThat(renewal).isNotDone();
        assertThat(timeLeft).isNotDone();

        world.grant(7, 60);
        raft.applied = 10;

        assertThat(renewal).succeedsWithin(20, TimeUnit.SECONDS).isEqualTo(new KeepAlive.Renewed(60));
        assertThat(timeLeft).succeedsWithin(20, TimeUnit.SECONDS).isInstanceOf(TimeLeft.Seconds.class);
    }

    @Test
    void leaderThatLagsForLongSaysSo() {
        world.grant(8, 60);
        var renewal = leases.keepAlive(7);
        var timeLeft = leases.timeLeft(7);

        clock.set(TimeUnit.SECONDS.toNanos(1));

        assertThat(renewal)
                .succeedsWithin(20, TimeUnit.SECONDS)
                .isEqualTo(new KeepAlive.Failed(ErrorCode.TIMEOUT_APPLYING));
        assertThat(timeLeft)
                .succeedsWithin(20, TimeUnit.SECONDS)
                .isEqualTo(new TimeLeft.Failed(ErrorCode.TIMEOUT_APPLYING));
        assertThat(leases.keepAlive(8)).as("what is known needs no wait").isDone();
    }

    @Test
    void leaderThatWasDeposedAndHasNotLaidDownItsDutiesPromisesNothing() {
        world.grant(7, 60);
        leads = false;

        assertThat(leases.keepAlive(7)).isCompletedWithValue(new KeepAlive.Failed(ErrorCode.NO_LEADER));
    }

    @Test
    void otherMembersSendTheAskerToTheLeader() {
        world.keeper.follow();

        assertThat(leases.keepAlive(7)).isCompletedWithValue(new KeepAlive.Failed(ErrorCode.NO_LEADER));
        assertThat(leases.timeLeft(7)).isCompletedWithValue(new TimeLeft.Failed(ErrorCode.NO_LEADER));
    }

    private static final class Lagging implements RaftStatus {

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
            return 10;
        }

        @Override
        public long appliedIndex() {
            return applied;
        }
    }
}
