package dev.mainstay.node.api.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BacklogTest {

    private final Backlog backlog = new Backlog();
    private final List<Integer> begun = new ArrayList<>();

    @Test
    void fewReadsAreMadeAtOnceTheOthersInTurn() {
        begin(1, 2, 3, 4, 5, 6);
        assertThat(begun).containsExactly(1, 2, 3, 4);

        backlog.readEnded();

        assertThat(begun).containsExactly(1, 2, 3, 4, 5);
    }

    @Test
    void readWaitsWhileAnswersAreOutstanding() {
        backlog.add((int) Backlog.READ_AHEAD_BYTES);
        begin(1);
        assertThat(begun).isEmpty();

        backlog.remove(1);

        assertThat(begun).containsExactly(1);
        assertThat(backlog.bytes()).isEqualTo(Backlog.READ_AHEAD_BYTES - 1);
    }

    @Test
    void answerThatFillsTheBacklogKeepsTheNextReadBack() {
        begin(1, 2, 3, 4, 5);
        backlog.add((int) Backlog.READ_AHEAD_BYTES);

        backlog.readEnded();

        assertThat(begun).containsExactly(1, 2, 3, 4);
    }

    @Test
    void callsWaitOnlyWhenMuchMoreIsOutstanding() {
        backlog.add((int) Backlog.READ_AHEAD_BYTES);
        assertThat(backlog.isFull()).isFalse();
        backlog.add((int) (Backlog.MAX_BYTES - Backlog.READ_AHEAD_BYTES));
        assertThat(backlog.isFull()).isTrue();

        assertThat(backlog.keep(() -> begun.add(9))).isTrue();
        assertThat(begun).isEmpty();
        backlog.remove(1);

        assertThat(begun).containsExactly(9);
    }

    @Test
    void waitingIsBounded() {
        backlog.add((int) Backlog.READ_AHEAD_BYTES);
        int kept = 0;
        while (backlog.beginRead(() -> {})) {
            kept++;
        }

        assertThat(kept).isEqualTo(4096);
    }

    private void begin(int... reads) {
        for (int read : reads) {
            assertThat(backlog.beginRead(() -> begun.add(read))).isTrue();
        }
    }
}
