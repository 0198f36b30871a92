package dev.mainstay.node.consensus;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.node.command.BatchOrigin;
import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Operation.Put;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.ErrorCode;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ProposalQueueTest {

    private static final RaftSettings.Batching BOUNDS = new RaftSettings.Batching(100, 100, 4, 1_000, 6);

    private final ProposalQueue queue = new ProposalQueue(BOUNDS, 7);

    @Test
    void aBatchIsBoundedInNumberAndBytes() throws Exception {
        queue.reroute(Route.HERE);
        for (int i = 0; i < 6; i++) {
            queue.offer(put(1));
        }
        assertThat(take()).hasSize(4);
        assertThat(take()).hasSize(2);

        var wide = new ProposalQueue(BOUNDS, 7);
        wide.reroute(Route.HERE);
        wide.offer(put(60));
        wide.offer(put(60));
        assertThat(requireNonNull(wide.take()).size()).isEqualTo(1);
    }

    @Test
    void aLargeProposalTravelsAlone() throws Exception {
        queue.reroute(Route.HERE);
        Proposal large = put(400);
        queue.offer(large);
        queue.offer(put(1));

        assertThat(take()).containsExactly(large.command);
    }

    @Test
    void aFullQueueRefusesAndTakesInAgainWhenABatchHasLeft() throws Exception {
        queue.reroute(Route.HERE);
        for (int i = 0; i < 6; i++) {
            assertThat(queue.offer(put(1))).isNull();
        }
        assertThat(queue.offer(put(1))).isEqualTo(ErrorCode.TOO_MANY_REQUESTS);
        take();

        assertThat(queue.offer(put(1))).isNull();
        assertThat(queue.offer(put(998))).as("bytes").isEqualTo(ErrorCode.TOO_MANY_REQUESTS);
    }

    @Test
    void leaseAndCompactionCommandsOvertake() throws Exception {
        Proposal put = put(1);
        Proposal revoke = proposal(new Command.RevokeLease(1), 1, 10);
        Proposal compact = proposal(new Command.Compact(3), 1, 10);
        queue.offer(put);
        queue.offer(revoke);
        queue.offer(compact);
        queue.reroute(Route.HERE);

        assertThat(take()).containsExactly(revoke.command, compact.command, put.command);
    }

    @Test
    void whatOnlyTheLeaderMayProposeTravelsAloneAndEndsWithItsLeadership() throws Exception {
        Proposal put = put(1);
        Proposal expire = proposal(new Command.ExpireLease(1, 2), 1, 10);
        Proposal late = proposal(new Command.RenewLease(1, 2), 1, 10);
        queue.offer(put);
        queue.reroute(Route.HERE);
        queue.offer(expire);

        ProposalBatch own = requireNonNull(queue.take());
        assertThat(own.commands()).containsExactly(expire.command);
        assertThat(own.isLeadersOwn()).isTrue();
        queue.offer(late);
        assertThat(queue.reroute(new Route.To(3))).containsExactly(late);
        assertThat(queue.pending()).isEqualTo(2);
    }

    @Test
    void whatOnlyTheLeaderMayProposeNeverWaitsForTheNextLeadership() throws Exception {
        Proposal expire = proposal(new Command.ExpireLease(1, 2), 1, 10);
        assertThat(queue.offer(expire)).isEqualTo(ErrorCode.LEADER_CHANGED);
        queue.reroute(Route.HERE);
        assertThat(queue.offer(expire)).isNull();
        ProposalBatch own = requireNonNull(queue.take());
        queue.offer(put(1));
        ProposalBatch other = requireNonNull(queue.take());
        assertThat(queue.routeOf(own)).isEqualTo(Route.HERE);

        queue.reroute(Route.NOWHERE);
        queue.reroute(Route.HERE);

        assertThat(queue.routeOf(own)).isEqualTo(Route.NOWHERE);
        assertThat(queue.routeOf(other)).isEqualTo(Route.HERE);
    }

    @Test
    void whatHasWaitedTooLongIsTakenOut() {
        Proposal early = proposal(new Command.Compact(1), 1, 10);
        Proposal late = proposal(new Command.Compact(2), 1, 20);
        queue.offer(early);
        queue.offer(late);

        assertThat(queue.expired(9)).isEmpty();
        assertThat(queue.expired(10)).containsExactly(early);
        assertThat(queue.pending()).isEqualTo(1);
    }

    @Test
    void aBatchOfUnknownFateGoesAgainAsTheSameBeforeAllOthers() throws Exception {
        queue.begin(5);
        queue.reroute(Route.HERE);
        queue.offer(put(1));
        ProposalBatch batch = requireNonNull(queue.take());
        queue.offer(put(1));
        queue.again(batch);
        queue.again(batch);

        assertThat(queue.take()).isSameAs(batch);
        ProposalBatch next = requireNonNull(queue.take());
        assertThat(batch.origin()).isEqualTo(new BatchOrigin(7, 5, 1));
        assertThat(next.origin()).isEqualTo(new BatchOrigin(7, 5, 2));
        assertThat(queue.underWay(new BatchOrigin(7, 5, 1))).isSameAs(batch);
        assertThat(queue.underWay(new BatchOrigin(7, 4, 1))).isNull();

        queue.arrived(batch);
        queue.again(batch);
        assertThat(queue.underWay(batch.origin())).isNull();
    }

    @Test
    void anotherLeaderGetsWhatIsUnderWay() throws Exception {
        queue.reroute(new Route.To(3));
        queue.offer(put(1));
        ProposalBatch batch = requireNonNull(queue.take());
        queue.reroute(Route.NOWHERE);
        queue.reroute(new Route.To(4));

        assertThat(queue.take()).isSameAs(batch);
    }

    @Test
    void noBatchGetsTooFarAheadOfTheOldest() throws Exception {
        queue.reroute(Route.HERE);
        queue.offer(put(1));
        ProposalBatch stuck = requireNonNull(queue.take());
        for (int i = 0; i < 32; i++) {
            queue.offer(put(1));
            take();
        }
        queue.offer(put(1));
        var waiting = CompletableFuture.supplyAsync(() -> {
            try {
                return take();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(waiting).isNotDone();
        assertThatThrownBy(() -> waiting.get(100, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        queue.arrived(stuck);

        assertThat(waiting.get(10, TimeUnit.SECONDS)).hasSize(1);
    }

    @Test
    void whatNobodyWaitsForAnyMoreIsNotSent() throws Exception {
        var gone = new AtomicBoolean();
        Proposal first = givenUp(gone);
        Proposal second = givenUp(gone);
        Proposal put = put(1);
        queue.offer(first);
        queue.offer(put);
        queue.offer(second);
        gone.set(true);
        queue.reroute(Route.HERE);

        assertThat(take()).containsExactly(put.command);
        assertThat(queue.poll()).isNull();
        assertThat(queue.pending()).isZero();
        assertThat(queue.waitingBytes()).isZero();
        assertThat(queue.expired(0)).containsExactly(first, second);
        assertThat(queue.expired(0)).isEmpty();
    }

    @Test
    void whatWasGivenUpCountsUntilItIsAnswered() {
        queue.reroute(Route.HERE);
        for (int i = 0; i < 6; i++) {
            queue.offer(givenUp(new AtomicBoolean(true)));
        }
        assertThat(queue.poll()).isNull();
        assertThat(queue.offer(put(1))).isEqualTo(ErrorCode.TOO_MANY_REQUESTS);
        assertThat(queue.expired(0)).hasSize(6);

        assertThat(queue.offer(put(1))).isNull();
    }

    @Test
    void aQueueWhoseLastWaiterHasGoneIsDrained() throws Exception {
        var gone = new AtomicBoolean();
        queue.reroute(Route.HERE);
        queue.offer(givenUp(gone));
        var drained = CompletableFuture.supplyAsync(() -> {
            try {
                return queue.drain(10_000);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        while (queue.offer(givenUp(gone)) != ErrorCode.STOPPED) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
        gone.set(true);
        while (!drained.isDone()) {
            queue.poll();
        }

        assertThat(drained.get()).isTrue();
    }

    @Test
    void aBatchIsAwaitedWhileOneOfItsProposersIs() throws Exception {
        var gone = new AtomicBoolean();
        var alsoGone = new AtomicBoolean();
        queue.reroute(Route.HERE);
        queue.offer(givenUp(gone));
        queue.offer(givenUp(alsoGone));
        ProposalBatch batch = requireNonNull(queue.take());
        gone.set(true);
        assertThat(batch.isAwaited()).isTrue();
        alsoGone.set(true);

        assertThat(batch.isAwaited()).isFalse();
    }

    @Test
    void aClosedQueueHandsBackWhatWaited() throws Exception {
        Proposal waiting = put(1);
        queue.offer(waiting);

        assertThat(queue.close()).containsExactly(waiting);
        assertThat(queue.take()).isNull();
        assertThat(queue.offer(put(1))).isEqualTo(ErrorCode.STOPPED);
    }

    private List<Command> take() throws InterruptedException {
        ProposalBatch batch = requireNonNull(queue.take());
        queue.arrived(batch);
        return batch.commands();
    }

    private static Proposal put(int bytes) {
        return proposal(new Put(Bytes.utf8("k"), Bytes.EMPTY, 0, false, false, false), bytes, 1L << 60);
    }

    private static Proposal proposal(Command command, int bytes, long deadlineNanos) {
        return new Proposal(command, bytes, deadlineNanos, () -> false, null);
    }

    private static Proposal givenUp(AtomicBoolean gone) {
        return new Proposal(new Command.Compact(1), 1, 1L << 60, gone::get, null);
    }
}
