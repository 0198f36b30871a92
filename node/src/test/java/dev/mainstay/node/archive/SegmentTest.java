package dev.mainstay.node.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.node.apply.ArchiveMark;
import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.CommandBatch;
import dev.mainstay.node.command.CommandCodec;
import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.consensus.LoggedEntry;
import dev.mainstay.node.testing.Seeds;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SegmentTest {

    private static final ArchiveMark BEFORE = new ArchiveMark(10, 100, 1_000_000, 5_000);
    private static final ArchiveMark AFTER = new ArchiveMark(20, 130, 1_009_000, 9_000);

    private static LoggedEntry entry(long term, long index, long clockMillis) {
        byte[] data = CommandCodec.encode(List.of(new CommandBatch(clockMillis, List.of(new Command.Tick()))));
        return new LoggedEntry(new LogPosition(term, index), Bytes.wrap(data));
    }

    private static Segment segment(long lastIndex, LoggedEntry... entries) {
        return new Segment(7, 11, lastIndex, BEFORE, AFTER, 3, Optional.empty(), List.of(entries));
    }

    private static Segment usual() {
        return segment(20, entry(2, 11, 5_100), entry(2, 13, 6_000), entry(3, 15, 6_500), entry(3, 20, 9_000));
    }

    @Test
    void comesBackAsItWas() throws Exception {
        assertThat(Segment.decode(usual().encode())).isEqualTo(usual());
        assertThat(SegmentName.parse(usual().name().key())).contains(usual().name());
    }

    @Test
    void timesFollowTheMarkOfTheSameTerm() {
        List<LoggedEntry> entries = usual().entries();

        // Nobody led for 5 s, in which the cluster's clock stood still.
        assertThat(usual().millis(entries.get(0))).isEqualTo(1_000_100);
        assertThat(usual().millis(entries.get(1))).isEqualTo(1_001_000);
        assertThat(usual().millis(entries.get(2))).isEqualTo(1_006_500);
        assertThat(usual().millis(entries.get(3))).isEqualTo(1_009_000);
    }

    @Test
    void partThatEndsBeforeItsMarkPromisesNothingOfIt() {
        SegmentName part = segment(15, entry(2, 11, 5_100)).name();

        assertThat(part.toRevision()).isEqualTo(BEFORE.revision());
        assertThat(part.toMillis()).isEqualTo(BEFORE.wallMillis());
        SegmentName rest = new SegmentName(7, 16, 20, 100, 130, 1_000_000, 1_009_000);
        Stretch both = new Stretch(List.of(part, rest));
        // A backup within the part may hold what happened at any time up to the mark.
        assertThat(both.millisAt(12)).isEqualTo(1_009_000);
        assertThat(both.millisAt(10)).isEqualTo(1_009_000);
        assertThat(new Stretch(List.of(part)).millisAt(12)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void stretchesEndAtGapsAndBearOverlaps() {
        SegmentName first = new SegmentName(7, 1, 10, 0, 5, 0, 10);
        SegmentName within = new SegmentName(7, 4, 8, 2, 4, 3, 8);
        SegmentName across = new SegmentName(7, 8, 15, 3, 9, 7, 15);
        SegmentName behind = new SegmentName(7, 17, 20, 10, 12, 16, 20);

        List<Stretch> stretches = Stretch.of(List.of(first, within, across, behind));

        assertThat(stretches).hasSize(2);
        assertThat(stretches.getFirst().segments()).containsExactly(first, across);
        assertThat(stretches.getFirst().continues(0)).isTrue();
        assertThat(stretches.getFirst().continues(15)).isTrue();
        assertThat(stretches.getFirst().continues(16)).isFalse();
        assertThat(stretches.getFirst().behind(10)).containsExactly(across);
        assertThat(stretches.getLast().continues(16)).isTrue();
    }

    @Test
    void whatIsOutOfOrderIsNoSegment() {
        assertThatThrownBy(() -> segment(20, entry(2, 13, 1), entry(2, 12, 1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> segment(20, entry(3, 12, 1), entry(2, 13, 1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> segment(20, entry(2, 10, 1))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> segment(15, entry(2, 16, 1))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> segment(21)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void newerFormatIsNamed() throws IOException {
        byte[] newer = usual().encode();
        newer[4] = 2;

        assertThatThrownBy(() -> Segment.decode(newer)).hasMessageContaining("has format 2");
    }

    @Test
    void whatIsCutIsRefused() throws IOException {
        byte[] whole = usual().encode();
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> Segment.decode(cut)).isInstanceOf(Segment.BadSegmentException.class);
        }
        assertThatThrownBy(() -> Segment.decode(Arrays.copyOf(whole, whole.length + 1)))
                .isInstanceOf(Segment.BadSegmentException.class);
    }

    /** The codec finds flipped bits; should it ever not, nothing worse than a refusal comes of them. */
    @Seeds(50)
    void flippedBitsAreRefusedOrMakeAnotherSegment(long seed) throws IOException {
        Random random = new Random(seed);
        byte[] whole = usual().encode();
        for (int i = 0; i < 100; i++) {
            byte[] bad = whole.clone();
            bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
            try {
                assertThat(Segment.decode(bad)).isNotEqualTo(usual());
            } catch (Segment.BadSegmentException refused) {
                assertThat(refused).hasMessageMatching("(?s)(is damaged|is no segment|has format).*");
            }
        }
    }

    @Test
    void onlyKeysOfSegmentsAreNames() {
        String key = usual().name().key();
        for (String other : List.of(
                "",
                "archive/",
                key + "x",
                key.replace(".seg", ""),
                key.replace("archive/", "archives/"),
                key.replaceFirst("0000000000000007/0", "0000000000000007/"),
                key.replaceFirst("0000000000000007", "0000000000000000"),
                key.replaceFirst("-20-", "-020-"),
                key.replaceFirst("-20-", "-9-"),
                key.replaceFirst("-20-", "-9999999999999999999-"))) {
            assertThat(SegmentName.parse(other)).as(other).isEmpty();
        }
    }
}
