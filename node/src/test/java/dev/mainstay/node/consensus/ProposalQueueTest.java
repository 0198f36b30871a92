package dev.mainstay.node.consensus;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Operation.Put;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.ErrorCode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ProposalQueueTest {

    private static final RaftSettings.Batching BOUNDS = new RaftSettings.Batching(100, 100, 4, 1_000, 6);

    private final ProposalQueue queue = new ProposalQueue(BOUNDS);

    @Test
    void aBatchIsBoundedInNumberAndBytes() throws Exception {
        queue.open(true);
        for (int i = 0; i < 6; i++) {
            queue.offer(put(1));
        }
        assertThat(take()).hasSize(4);
        assertThat(take()).hasSize(2);

        var wide = new ProposalQueue(BOUNDS);
        wide.open(true);
        wide.offer(put(60));
        wide.offer(put(60));
        assertThat(wide.take()).hasSize(1);
    }

    @Test
    void aLargeProposalTravelsAlone() throws Exception {
        queue.open(true);
        Proposal large = put(400);
        queue.offer(large);
        queue.offer(put(1));

        assertThat(take()).containsExactly(large);
    }

    @Test
    void aFullQueueRefusesAndTakesInAgainWhenABatchHasLeft() throws Exception {
        queue.open(true);
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
        Proposal renew = proposal(new Command.RenewLease(1, 2), 1, 10);
        Proposal compact = proposal(new Command.Compact(3), 1, 10);
        queue.offer(put);
        queue.offer(renew);
        queue.offer(compact);
        queue.open(true);

        assertThat(take()).containsExactly(renew, compact, put);
    }

    @Test
    void whatHasWaitedTooLongIsTakenOut() {
        Proposal early = proposal(new Command.Tick(), 1, 10);
        Proposal late = proposal(new Command.Tick(), 1, 20);
        queue.offer(early);
        queue.offer(late);

        assertThat(queue.expired(9)).isEmpty();
        assertThat(queue.expired(10)).containsExactly(early);
        assertThat(queue.pending()).isEqualTo(1);
    }

    @Test
    void aReturnedBatchGoesFirst() throws Exception {
        queue.open(true);
        Proposal first = put(1);
        queue.offer(first);
        var batch = new ProposalBatch(requireNonNull(queue.take()), 0, 0);
        queue.departed(batch);
        Proposal second = put(1);
        queue.offer(second);
        queue.returned(batch);

        assertThat(take()).containsExactly(first, second);
    }

    @Test
    void aClosedQueueHandsBackWhatWaited() throws Exception {
        Proposal waiting = put(1);
        queue.offer(waiting);

        assertThat(queue.close()).containsExactly(waiting);
        assertThat(queue.take()).isNull();
        assertThat(queue.offer(put(1))).isEqualTo(ErrorCode.STOPPED);
    }

    private List<Proposal> take() throws InterruptedException {
        List<Proposal> taken = requireNonNull(queue.take());
        var batch = new ProposalBatch(taken, 0, 0);
        queue.departed(batch);
        queue.arrived(batch);
        return taken;
    }

    private static Proposal put(int bytes) {
        return proposal(new Put(Bytes.utf8("k"), Bytes.EMPTY, 0, false, false, false), bytes, 1L << 60);
    }

    private static Proposal proposal(Command command, int bytes, long deadlineNanos) {
        return new Proposal(command, bytes, deadlineNanos);
    }
}
