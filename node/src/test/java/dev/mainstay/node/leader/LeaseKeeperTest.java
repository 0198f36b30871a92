package dev.mainstay.node.leader;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.lease.Lease;
import dev.mainstay.node.testing.Seeds;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class LeaseKeeperTest {

    private final LeaseWorld world = new LeaseWorld();

    @Test
    void leaseEndsAfterItsTtlAndWithinOneRound() {
        world.grant(7, 10);

        world.time.advance(9_999);
        assertThat(world.leases.get(7)).isNotNull();
        world.time.advance(501);
        assertThat(world.leases.get(7)).isNull();
    }

    @Test
    void remainingTimeIsRoundedDownAndUnknownIsMinusOne() {
        world.grant(7, 100);
        assertThat(world.keeper.remainingSeconds(7)).hasValue(99);

        world.time.advance(1_500);

        assertThat(world.keeper.remainingSeconds(7)).hasValue(98);
        assertThat(world.keeper.remainingSeconds(8)).hasValue(-1);
    }

    @Test
    void renewalIsLoggedOnlyWhenTheLogDoesNotCoverIt() {
        world.grant(7, 10);
        world.proposed.clear();

        world.time.advance(1_000);
        assertThat(world.keeper.keepAlive(7)).isCompletedWithValue(new KeepAlive.Renewed(10));
        world.time.advance(1_000);
        assertThat(world.keeper.keepAlive(7)).isCompletedWithValue(new KeepAlive.Renewed(10));

        assertThat(world.proposed).containsExactly(new Command.RenewLease(7, 11_000 + 5_000));
        assertThat(world.keeper.remainingSeconds(7)).hasValue(9);
    }

    @Test
    void coveredRenewalStillEndsAtItsExactTime() {
        world.grant(7, 10);
        world.time.advance(1_000);
        world.keeper.keepAlive(7).join();

        world.time.advance(10_500);

        assertThat(world.leases.get(7)).isNull();
    }

    @Test
    void whatAnEarlierLeadershipProposedIsTakenNoteOfByThisOne() {
        world.grant(7, 10);
        world.commitsAtOnce = false;
        world.time.advance(1_000);
        CompletableFuture<KeepAlive> renewal = world.keeper.keepAlive(7);
        world.leadAgain();
        assertThat(renewal).isCompletedWithValue(new KeepAlive.Failed(ErrorCode.NO_LEADER));
        world.commit();
        world.commitsAtOnce = true;

        world.time.advance(20_000);

        assertThat(world.leases.get(7)).isNull();
        assertThat(world.proposed).contains(new Command.ExpireLease(7, 11_000 + 5_000));
    }

    @Test
    void renewalIsAcknowledgedNotBeforeItIsCommitted() {
        world.grant(7, 10);
        world.commitsAtOnce = false;
        world.time.advance(1_000);

        CompletableFuture<KeepAlive> first = world.keeper.keepAlive(7);
        CompletableFuture<KeepAlive> second = world.keeper.keepAlive(7);
        assertThat(first).isNotDone();
        assertThat(second).isNotDone();
        world.commit();

        assertThat(first).isCompletedWithValue(new KeepAlive.Renewed(10));
        assertThat(second).isCompletedWithValue(new KeepAlive.Renewed(10));
    }

    @Test
    void renewalOfAnExpiredLeaseWaitsForItsEnd() {
        world.grant(7, 10);
        world.commitsAtOnce = false;
        world.time.advance(10_000);

        CompletableFuture<KeepAlive> answer = world.keeper.keepAlive(7);
        world.time.advance(500);
        assertThat(answer).isNotDone();
        world.commit();

        assertThat(answer.join()).isEqualTo(new KeepAlive.Gone());
    }

    @Test
    void unknownLeaseIsGone() {
        assertThat(world.keeper.keepAlive(1234)).isCompletedWithValue(new KeepAlive.Gone());
    }

    @Test
    void waitersAreToldWhenLeadershipEnds() {
        world.grant(7, 10);
        world.commitsAtOnce = false;
        world.time.advance(1_000);
        CompletableFuture<KeepAlive> answer = world.keeper.keepAlive(7);

        world.keeper.follow();

        assertThat(answer).isCompletedWithValue(new KeepAlive.Failed(ErrorCode.NO_LEADER));
        assertThat(world.keeper.keepAlive(7)).isCompletedWithValue(new KeepAlive.Failed(ErrorCode.NO_LEADER));
        assertThat(world.keeper.remainingSeconds(7)).isEmpty();
    }

    @Test
    void clockIsTickedWhileLeasesExistAndNothingElseIsLogged() {
        world.time.advance(20_000);
        assertThat(world.proposed).isEmpty();

        world.grant(7, 100);
        world.time.advance(20_000);

        assertThat(world.proposed).filteredOn(Command.Tick.class::isInstance).hasSizeBetween(3, 4);
    }

    @Test
    void expiriesInFlightAreBounded() {
        for (int id = 1; id <= 100; id++) {
            world.grant(id, 2);
        }
        world.commitsAtOnce = false;

        world.time.advance(3_000);

        assertThat(world.waiting()).isEqualTo(16);
    }

    /** The one before may not know yet that it was deposed, and promise so much. */
    @Test
    void leaseLivesAsLongAsTheLogSaidWhenTheLeaderTookOver() {
        world.grant(7, 10);
        world.time.advance(1_000);
        world.keeper.keepAlive(7).join();
        world.changeLeader(0);
        world.time.advance(1_000);

        assertThat(world.keeper.keepAlive(7)).isCompletedWithValue(new KeepAlive.Renewed(10));

        world.time.advance(16_000 - world.clockMillis() - 1);
        assertThat(world.leases.get(7)).isNotNull();
        world.time.advance(502);
        assertThat(world.leases.get(7)).isNull();
    }

    @Test
    void massExpiryIsSpread() {
        for (int id = 1; id <= 2_000; id++) {
            world.grant(id, 2);
        }

        world.time.advance(2_500);
        assertThat(world.leases.leases()).hasSizeBetween(1_000, 1_500);
        world.time.advance(2_000);

        assertThat(world.leases.isEmpty()).isTrue();
    }

    /** Any history of renewals and leader changes: never early, and late within the stated bound. */
    @Seeds(100)
    void leaseOutlivesItsTtlByABoundedTime(long seed) {
        Random random = new Random(seed);
        long ttlMillis = (2 + random.nextInt(30)) * 1000L;
        world.grant(7, ttlMillis / 1000);
        long promisedMillis = ttlMillis;
        boolean changed = false;
        int acts = random.nextInt(30);
        for (int i = 0; i < acts && world.leases.get(7) != null; i++) {
            if (random.nextInt(5) == 0) {
                long before = world.clockMillis();
                world.changeLeader(random.nextInt(5_000));
                promisedMillis -= before - world.clockMillis();
                changed = true;
            } else {
                world.time.advance(random.nextInt((int) ttlMillis / 2));
                if (world.keeper.keepAlive(7).getNow(new KeepAlive.Gone()) instanceof KeepAlive.Renewed) {
                    promisedMillis = world.clockMillis() + ttlMillis;
                }
            }
        }
        Lease lease = world.leases.get(7);
        long endsAfter = Math.max(0, promisedMillis - world.clockMillis());

        if (lease != null && endsAfter > 1) {
            world.time.advance(endsAfter - 1);
            assertThat(world.leases.get(7)).as("before its time").isNotNull();
        }
        world.time.advance(501 + (changed ? ttlMillis / 2 + 5_500 : 0));
        assertThat(world.leases.get(7)).as("long after its time").isNull();
    }
}
