package dev.mainstay.node.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.consensus.LogNeed.Peer;
import dev.mainstay.node.consensus.LogNeed.Piece;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogNeedTest {

    private static final LogNeed NEED = new LogNeed(250, Long.MAX_VALUE, 1_000);

    /** Five files of 100 bytes with ten entries each. */
    private static final List<Piece> PIECES =
            List.of(new Piece(0, 100), new Piece(10, 100), new Piece(20, 100), new Piece(30, 100), new Piece(40, 100));

    @Test
    void withoutPeersAllThatIsDurableMayGo() {
        assertThat(NEED.droppable(42, List.of(), PIECES)).isEqualTo(42);
        assertThat(NEED.droppable(42, List.of(new Peer(45, 0)), PIECES)).isEqualTo(42);
    }

    @Test
    void aPeerALittleBehindKeepsWhatItLacks() {
        assertThat(NEED.droppable(49, List.of(new Peer(48, 0), new Peer(33, 0)), PIECES))
                .isEqualTo(33);
    }

    @Test
    void aPeerFarBehindKeepsNoMoreThanTheBound() {
        assertThat(NEED.droppable(49, List.of(new Peer(5, 0)), PIECES)).isEqualTo(29);
        assertThat(NEED.droppable(21, List.of(new Peer(5, 0)), PIECES)).isEqualTo(21);
    }

    @Test
    void aPeerFarBehindKeepsNoMoreEntriesThanAskedFor() {
        LogNeed few = new LogNeed(1_000, 5, 1_000);

        assertThat(few.droppable(49, List.of(new Peer(46, 0)), PIECES)).isEqualTo(46);
        assertThat(few.droppable(49, List.of(new Peer(20, 0)), PIECES)).isEqualTo(44);
    }

    @Test
    void aSilentPeerKeepsNothing() {
        assertThat(NEED.droppable(49, List.of(new Peer(33, 1_001)), PIECES)).isEqualTo(49);
        assertThat(NEED.droppable(49, List.of(new Peer(33, 1_001), new Peer(44, 10)), PIECES))
                .isEqualTo(44);
    }
}
