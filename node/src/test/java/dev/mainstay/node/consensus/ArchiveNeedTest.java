package dev.mainstay.node.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.consensus.LogNeed.Piece;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArchiveNeedTest {

    /** Five files of 100 bytes with ten entries each. */
    private static final List<Piece> PIECES =
            List.of(new Piece(0, 100), new Piece(10, 100), new Piece(20, 100), new Piece(30, 100), new Piece(40, 100));

    @Test
    void whatIsNotArchivedStays() {
        assertThat(new ArchiveNeed(() -> 17, 1_000).droppable(42, PIECES)).isEqualTo(17);
    }

    @Test
    void whatIsArchivedMayGo() {
        assertThat(new ArchiveNeed(() -> 60, 1_000).droppable(42, PIECES)).isEqualTo(42);
        assertThat(new ArchiveNeed(() -> Long.MAX_VALUE, 1_000).droppable(42, PIECES))
                .isEqualTo(42);
    }

    @Test
    void noMoreStaysThanThereIsRoomFor() {
        assertThat(new ArchiveNeed(() -> 3, 250).droppable(42, PIECES)).isEqualTo(29);
    }
}
