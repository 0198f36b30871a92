package dev.mainstay.node.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.command.BatchOrigin;
import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.CommandBatch;
import dev.mainstay.node.command.CommandCodec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class EntryAssemblerTest {

    private static final int BATCH_COMMANDS = 10;
    private static final long CLOCK = 77;

    private final List<List<CommandBatch>> entries = new ArrayList<>();
    private final Deque<CompletableFuture<Void>> underWay = new ArrayDeque<>();
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final Set<EntryPart> stale = new HashSet<>();
    private final EntryAssembler assembler = new EntryAssembler(
            this::append,
            part -> !stale.contains(part),
            () -> CLOCK,
            new RaftSettings.Batching(2_000, 1_000, BATCH_COMMANDS, 10_000, 100),
            tasks::add);
    private long sequence;

    @Test
    void batchIsAnEntryAtOnceWhileFewAreUnderWay() {
        EntryPart first = part(1);
        EntryPart second = part(2);

        CompletableFuture<Void> done = add(first);
        var _ = add(second);

        assertThat(entries).containsExactly(List.of(batch(first)), List.of(batch(second)));
        assertThat(done).isNotDone();
        underWay.remove().complete(null);
        assertThat(done).isCompleted();
    }

    @Test
    void batchesThatWaitForRoomAreOneEntry() {
        fill();
        EntryPart third = part(1);
        EntryPart fourth = part(2);
        CompletableFuture<Void> thirdDone = add(third);
        CompletableFuture<Void> fourthDone = add(fourth);
        assertThat(entries).hasSize(2);
        assertThat(assembler.waiting()).isEqualTo(2);

        oldestIsApplied();

        assertThat(entries).hasSize(3);
        assertThat(entries.getLast()).containsExactly(batch(third), batch(fourth));
        assertThat(assembler.waiting()).isZero();
        underWay.removeLast().complete(null);
        assertThat(thirdDone).isCompleted();
        assertThat(fourthDone).isCompleted();
    }

    @Test
    void entryHoldsNoMoreThanItsBound() {
        fill();
        for (int i = 0; i < 4; i++) {
            var _ = add(part(4));
        }
        var _ = add(part(BATCH_COMMANDS + 1));

        underWay.remove().complete(null);
        oldestIsApplied();
        oldestIsApplied();

        assertThat(entries.subList(2, entries.size()).stream()
                        .map(entry -> entry.stream()
                                .map(batch -> batch.commands().size())
                                .toList()))
                .containsExactly(List.of(4, 4), List.of(4, 4), List.of(BATCH_COMMANDS + 1));
    }

    @Test
    void failureOfAnEntryIsThatOfItsBatchesAndMakesRoom() {
        CompletableFuture<Void> lost = add(part(1));
        var _ = add(part(1));
        CompletableFuture<Void> waiting = add(part(1));

        underWay.remove().completeExceptionally(new IllegalStateException("not leader"));
        runTasks();

        assertThat(lost).isCompletedExceptionally();
        assertThat(waiting).isNotDone();
        assertThat(entries).hasSize(3);
    }

    @Test
    void whatMayNoLongerGoIsLeftOutOfTheEntryThatItWaitedFor() {
        fill();
        EntryPart gone = part(1);
        EntryPart kept = part(2);
        CompletableFuture<Void> goneDone = add(gone);
        var _ = add(kept);
        stale.add(gone);

        oldestIsApplied();

        assertThat(goneDone).isCompletedExceptionally();
        assertThat(entries.getLast()).containsExactly(batch(kept));
    }

    @Test
    void nothingLeftToGoTakesNoRoom() {
        fill();
        EntryPart gone = part(1);
        var _ = add(gone);
        stale.add(gone);
        oldestIsApplied();

        var _ = add(part(1));

        assertThat(entries).hasSize(3);
    }

    @Test
    void batchesBeyondTheBoundAreRefused() {
        fill();
        CompletableFuture<Void> last = add(part(1));
        while (!last.isCompletedExceptionally()) {
            last = add(part(1));
            assertThat(assembler.waiting()).isLessThan(1_000);
        }

        oldestIsApplied();

        assertThat(add(part(1))).isNotCompletedExceptionally();
    }

    private void fill() {
        var _ = add(part(1));
        var _ = add(part(1));
    }

    private void oldestIsApplied() {
        underWay.remove().complete(null);
        runTasks();
    }

    private void runTasks() {
        while (!tasks.isEmpty()) {
            tasks.remove().run();
        }
    }

    private EntryPart part(int commands) {
        return new EntryPart.Forwarded(
                new CommandBatch(
                        0, new BatchOrigin(1, 1, ++sequence), Collections.nCopies(commands, new Command.Tick())),
                null);
    }

    private CompletableFuture<Void> add(EntryPart part) {
        return assembler.add(part, CommandCodec.body(part.origin(), part.commands()));
    }

    private static CommandBatch batch(EntryPart part) {
        return new CommandBatch(CLOCK, part.origin(), part.commands());
    }

    private CompletableFuture<Void> append(List<EntryPart> parts, byte[] entry) {
        List<CommandBatch> batches = CommandCodec.decode(entry);
        assertThat(batches)
                .isEqualTo(parts.stream().map(EntryAssemblerTest::batch).toList());
        entries.add(batches);
        CompletableFuture<Void> applied = new CompletableFuture<>();
        underWay.add(applied);
        return applied;
    }
}
