package dev.mainstay.node.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.common.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ReadRoundsTest {

    private final List<CompletableFuture<Boolean>> rounds = new ArrayList<>();
    private final AtomicLong clock = new AtomicLong();
    private final ReadRounds reads = new ReadRounds(
            () -> {
                rounds.add(new CompletableFuture<>());
                return rounds.getLast();
            },
            clock::get,
            1_000,
            Runnable::run);

    @Test
    void readsThatComeDuringARoundShareTheNext() {
        var first = reads.join();
        var second = reads.join();
        var third = reads.join();

        assertThat(rounds).hasSize(1);
        rounds.getFirst().complete(true);
        assertThat(first).isCompletedWithValue(Optional.empty());
        assertThat(second).isNotDone();
        assertThat(rounds).hasSize(2);
        rounds.getLast().complete(true);
        assertThat(second).isCompletedWithValue(Optional.empty());
        assertThat(third).isCompletedWithValue(Optional.empty());
        assertThat(rounds).hasSize(2);
    }

    @Test
    void aFailedRoundIsTriedAgainUntilTheReadIsTooOld() {
        var read = reads.join();
        rounds.getLast().complete(false);
        reads.sweep(500, ErrorCode.TIMEOUT);
        assertThat(rounds).hasSize(2);
        rounds.getLast().completeExceptionally(new IllegalStateException());
        assertThat(read).isNotDone();

        reads.sweep(1_000, ErrorCode.TIMEOUT);

        assertThat(read).isCompletedWithValue(Optional.of(ErrorCode.TIMEOUT));
        assertThat(rounds).hasSize(2);
    }

    @Test
    void aReadIsAnsweredInTimeThoughItsRoundIsNot() {
        var read = reads.join();
        clock.set(600);
        var later = reads.join();

        reads.sweep(1_000, ErrorCode.TIMEOUT);

        assertThat(read).isCompletedWithValue(Optional.of(ErrorCode.TIMEOUT));
        assertThat(later).isNotDone();
        rounds.getFirst().complete(true);
        rounds.getLast().complete(true);
        assertThat(rounds).hasSize(2);
        assertThat(later).isCompletedWithValue(Optional.empty());
    }

    @Test
    void aClosedMemberRefusesReads() {
        var read = reads.join();
        reads.close(ErrorCode.STOPPED);

        assertThat(read).isCompletedWithValue(Optional.of(ErrorCode.STOPPED));
        assertThat(reads.join()).isCompletedWithValue(Optional.of(ErrorCode.STOPPED));
    }
}
