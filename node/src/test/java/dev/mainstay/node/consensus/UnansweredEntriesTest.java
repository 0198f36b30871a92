package dev.mainstay.node.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class UnansweredEntriesTest {

    private static final long PATIENCE = TimeUnit.MILLISECONDS.toNanos(UnansweredEntries.PATIENCE_MILLIS);

    private final UnansweredEntries entries = new UnansweredEntries();

    @Test
    void whatNobodyAnswersAnyMoreIsSentAgainAfterAWhile() {
        assertThat(entries.isOverdue(0, 7, 5, false)).isFalse();
        assertThat(entries.isWaiting()).isTrue();
        assertThat(entries.isOverdue(PATIENCE - 1, 7, 5, false)).isFalse();
        assertThat(entries.isOverdue(PATIENCE, 7, 5, false)).isTrue();

        entries.sentAgain();

        assertThat(entries.isWaiting()).isFalse();
        assertThat(entries.isOverdue(PATIENCE + 1, 7, 5, false)).isFalse();
        assertThat(entries.isOverdue(2 * PATIENCE + 1, 7, 5, false)).isTrue();
    }

    @Test
    void anAnswerThatIsAwaitedOrHasComeStartsTheWaitAnew() {
        assertThat(entries.isOverdue(0, 7, 5, false)).isFalse();
        assertThat(entries.isOverdue(PATIENCE, 7, 5, true)).isFalse();
        assertThat(entries.isWaiting()).isFalse();
        assertThat(entries.isOverdue(2 * PATIENCE, 7, 6, false)).isFalse();
        assertThat(entries.isOverdue(3 * PATIENCE, 7, 7, false)).isFalse();
        assertThat(entries.isWaiting()).isFalse();
    }

    @Test
    void ofANewLeaderEvenTheFirstEntryIs() {
        assertThat(entries.isOverdue(0, 0, -1, false)).isFalse();
        assertThat(entries.isOverdue(PATIENCE, 0, -1, false)).isTrue();
    }
}
