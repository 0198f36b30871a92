package dev.mainstay.node.consensus;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.ErrorCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class BatcherTest {

    private static final RaftSettings SETTINGS = RaftSettings.usual(Path.of("unused"), 7, 1, "unused", 0);

    private final List<Long> asked = new ArrayList<>();
    private final List<CompletableFuture<byte[]>> answers = new ArrayList<>();
    private final ProposalQueue queue = new ProposalQueue(SETTINGS.batching(), 7);
    private final Batcher batcher = new Batcher(
            queue,
            new EntryAssembler(
                    (_, _) -> CompletableFuture.failedFuture(new AssertionError("this member doesn't lead")),
                    _ -> false,
                    () -> 0,
                    SETTINGS.batching(),
                    Runnable::run),
            (leader, _, _, _) -> {
                asked.add(leader);
                answers.add(new CompletableFuture<>());
                return answers.getLast();
            },
            () -> 0,
            ConsensusMeter.NONE,
            SETTINGS);
    private final AtomicBoolean gone = new AtomicBoolean();
    private final Proposal proposal = new Proposal(new Command.Compact(1), 1, 1L << 60, gone::get, null);

    @Test
    void whatFailedGoesToTheNextLeader() {
        send();
        loseLeader();
        queue.reroute(new Route.To(4));
        sendNext();

        assertThat(asked).containsExactly(3L, 4L);
        assertThat(proposal).isNotDone();
    }

    @Test
    void whatWasGivenUpAfterItFailedDoesNotGoToTheNextLeader() {
        send();
        loseLeader();
        gone.set(true);
        queue.reroute(new Route.To(4));
        sendNext();

        assertThat(asked).containsExactly(3L);
        assertThat(proposal).isCompletedWithValue(new Outcome.Refused(ErrorCode.TIMEOUT));
        assertThat(queue.pending()).isZero();
    }

    @Test
    void whatWasGivenUpBeforeItFailedEndsThere() {
        send();
        gone.set(true);
        loseLeader();

        assertThat(proposal).isCompletedWithValue(new Outcome.Refused(ErrorCode.TIMEOUT));
        assertThat(queue.pending()).isZero();
    }

    private void send() {
        queue.reroute(new Route.To(3));
        assertThat(queue.offer(proposal)).isNull();
        sendNext();
    }

    private void sendNext() {
        batcher.send(requireNonNull(queue.poll()));
    }

    private void loseLeader() {
        queue.reroute(Route.NOWHERE);
        answers.getFirst().completeExceptionally(new PeerException(PeerException.Reason.FAILED, "not leader"));
    }
}
