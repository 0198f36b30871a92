package dev.mainstay.node.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mainstay.node.command.Outcome;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Damages copies of a real log, taken from a running member, and looks what becomes of them. */
@Timeout(180)
class LogGuardTest {

    private static final RaftSettings.LogSizes SMALL = new RaftSettings.LogSizes(4_096, 2_048, 1_000_000, 1L << 30);
    private static final int PUTS = 120;

    @TempDir
    private static Path shared;

    private static Path original;

    @TempDir
    private Path directory;

    @BeforeAll
    static void writeALog() throws Exception {
        Path live = shared.resolve("live");
        try (var member = TestMember.open(live, settings -> settings.with(SMALL))) {
            for (int i = 0; i < PUTS; i++) {
                member.put("key" + i, "value".repeat(12) + i).get();
            }
            original = TestMember.copy(live, shared.resolve("original"));
        }
    }

    @Test
    void aWholeLogPassesAndIsReplayed() throws Exception {
        Path copy = copy();

        assertThat(segments(copy)).hasSizeGreaterThan(3);
        assertThat(examine(copy, 0).lastIndex()).isEqualTo(PUTS);
        try (var member = TestMember.open(copy)) {
            assertThat(member.put("more", "1").get()).isEqualTo(new Outcome.PutDone(PUTS + 1, null));
        }
    }

    @Test
    void aFlippedByteInAcknowledgedEntriesIsFound() throws Exception {
        for (SegmentFile segment : segments(original)) {
            long end = SegmentScan.of(segment).end();
            for (long offset = 0; offset < end; offset += 17) {
                assertDamage(segment, offset, true);
            }
        }
    }

    @Test
    void aTruncationOfAcknowledgedEntriesIsFound() throws Exception {
        for (SegmentFile segment : segments(original)) {
            long end = SegmentScan.of(segment).end();
            for (long offset = 0; offset < end; offset += 131) {
                assertDamage(segment, offset, false);
            }
            assertDamage(segment, end - 1, false);
        }
    }

    @Test
    void aTornTailThatWasNeverAcknowledgedIsCut() throws Exception {
        SegmentFile tail = segments(original).getLast();
        long end = SegmentScan.of(tail).end();
        for (long offset = 0; offset < end; offset += 61) {
            Path copy = fresh();
            acknowledge(copy, tail.start() - 1);
            flip(same(tail, copy), offset);

            long last = examine(copy, 0).lastIndex();

            assertThat(last).isBetween(tail.start() - 1, (long) PUTS - 1);
            assertThat(examine(copy, 0).lastIndex()).isEqualTo(last);
        }
    }

    @Test
    void aMemberWritesOnBehindACutTail() throws Exception {
        SegmentFile tail = segments(original).getLast();
        Path copy = copy();
        acknowledge(copy, PUTS - 1);
        flip(same(tail, copy), SegmentScan.of(tail).end() - 3);

        try (var member = TestMember.open(copy)) {
            assertThat(member.put("more", "1").get()).isEqualTo(new Outcome.PutDone(PUTS, null));
            assertThat(member.state.map()).containsKey("more").doesNotContainKey("key" + (PUTS - 1));
        }
        try (var member = TestMember.open(copy)) {
            assertThat(member.put("again", "1").get()).isEqualTo(new Outcome.PutDone(PUTS + 1, null));
        }
    }

    @Test
    void aCutInTheMiddleTakesTheUnacknowledgedFilesBehindItToo() throws Exception {
        List<SegmentFile> segments = segments(original);
        SegmentFile middle = segments.get(segments.size() / 2);
        Path copy = copy();
        acknowledge(copy, middle.start());
        flip(same(middle, copy), SegmentScan.of(middle).end() - 3);

        assertThat(examine(copy, 0).lastIndex()).isEqualTo(middle.end() - 1);
        try (var member = TestMember.open(copy)) {
            assertThat(member.put("more", "1").get()).isInstanceOf(Outcome.PutDone.class);
        }
    }

    @Test
    void bytesBehindTheEndAreCut() throws Exception {
        SegmentFile tail = segments(original).getLast();
        long end = SegmentScan.of(tail).end();
        Path copy = copy();
        assertThat(Files.size(same(tail, copy))).as("preallocated").isGreaterThan(end + 2);
        flip(same(tail, copy), end + 1);

        assertThat(examine(copy, 0).lastIndex()).isEqualTo(PUTS);
        assertThat(Files.size(same(tail, copy))).isEqualTo(end);
    }

    @Test
    void aMissingFileIsFound() throws Exception {
        for (SegmentFile segment : segments(original)) {
            Path copy = fresh();
            Files.delete(same(segment, copy));

            assertThatThrownBy(() -> examine(copy, 0)).isInstanceOf(DamagedLogException.class);
        }
    }

    @Test
    void anEmptyLogBehindAcknowledgedEntriesIsFound() throws Exception {
        Path copy = copy();
        for (SegmentFile segment : segments(copy)) {
            Files.delete(segment.path());
        }

        assertThatThrownBy(() -> examine(copy, 0))
                .isInstanceOf(DamagedLogException.class)
                .hasMessageContaining("empty");
    }

    @Test
    void aStateThatIsNewerThanTheLogIsFound() throws Exception {
        Path copy = copy();

        assertThatThrownBy(() -> examine(copy, PUTS + 5))
                .isInstanceOf(DamagedLogException.class)
                .hasMessageContaining("ends at index " + PUTS);
    }

    @Test
    void aStateThatIsOlderThanTheLogIsFound() throws Exception {
        Path copy = copy();
        SegmentFile first = segments(copy).getFirst();
        examine(copy, first.end() + 1);

        assertThat(first.path()).as("dropped, since the state has it").doesNotExist();
        assertThatThrownBy(() -> examine(copy, 1))
                .isInstanceOf(DamagedLogException.class)
                .hasMessageContaining("missing");
    }

    @Test
    void aTermBehindTheLogIsFound() throws Exception {
        Path copy = copy();
        Path meta = segmentDirectory(copy).resolve("raft-meta");
        Files.writeString(meta, Files.readString(meta).replace("term=1", "term=0"));
        assertThatThrownBy(() -> examine(copy, 0))
                .isInstanceOf(DamagedLogException.class)
                .hasMessageContaining("term");

        Files.delete(meta);
        assertThatThrownBy(() -> examine(copy, 0)).isInstanceOf(DamagedLogException.class);
    }

    @Test
    void withoutTheAcknowledgedIndexEveryEntryCountsAsAcknowledged() throws Exception {
        Path copy = copy();
        SegmentFile tail = segments(copy).getLast();
        Files.write(copy.resolve("acknowledged"), new byte[] {1, 2, 3});
        assertThat(examine(copy, 0).lastIndex()).isEqualTo(PUTS);

        flip(tail.path(), SegmentScan.of(tail).end() - 3);
        assertThatThrownBy(() -> examine(copy, 0)).isInstanceOf(DamagedLogException.class);
    }

    @Test
    void aDamagedLogStopsTheMemberWithAnExplanation() throws Exception {
        Path copy = copy();
        SegmentFile first = segments(copy).getFirst();
        flip(first.path(), 60);
        var member = TestMember.unstarted(copy, settings -> settings);

        DamagedLogException refusal = catchThrowableOfType(DamagedLogException.class, member::start);

        assertThat(refusal.file()).isEqualTo(first.path());
        assertThat(refusal.index()).isLessThan(first.end());
        assertThat(refusal).hasMessageContaining("Restore the data directory");
        member.close();
    }

    @Test
    void theAcknowledgedIndexSurvivesAndNeverMovesBack() throws Exception {
        Path file = directory.resolve("index");
        try (var index = new AcknowledgedIndex(file, 5)) {
            index.set(1L << 40);
            index.set(7);
            assertThat(AcknowledgedIndex.read(file)).hasValue(1L << 40);
        }
        assertThat(AcknowledgedIndex.read(file)).hasValue(1L << 40);
        for (int i = 0; i < 16; i++) {
            flip(file, i);
            assertThat(AcknowledgedIndex.read(file)).isEmpty();
            flip(file, i);
        }
    }

    private void assertDamage(SegmentFile segment, long offset, boolean flip) throws IOException {
        Path copy = fresh();
        if (flip) {
            flip(same(segment, copy), offset);
        } else {
            try (var file = new RandomAccessFile(same(segment, copy).toFile(), "rw")) {
                file.setLength(offset);
            }
        }
        List<Long> sizes = sizes(copy);

        DamagedLogException refusal = catchThrowableOfType(DamagedLogException.class, () -> examine(copy, 0));

        assertThat(refusal).as("%s at %d", segment, offset).isNotNull();
        assertThat(refusal.file().getFileName()).isEqualTo(segment.path().getFileName());
        assertThat(refusal.offset()).isLessThanOrEqualTo(offset);
        assertThat(refusal.index()).isGreaterThanOrEqualTo(segment.start());
        assertThat(sizes(copy)).as("nothing was changed").isEqualTo(sizes);
    }

    private Path copy() throws IOException {
        return TestMember.copy(original, directory.resolve("copy"));
    }

    /** The copy as new; for tests that damage many. */
    private Path fresh() throws IOException {
        Path copy = directory.resolve("copy");
        if (Files.exists(copy)) {
            try (var files = Files.newDirectoryStream(segmentDirectory(copy))) {
                for (Path file : files) {
                    Files.delete(file);
                }
            }
            for (Path file : List.of(copy.resolve("acknowledged"))) {
                Files.deleteIfExists(file);
                Files.copy(original.resolve("acknowledged"), file);
            }
            try (var files = Files.newDirectoryStream(segmentDirectory(original))) {
                for (Path file : files) {
                    Files.copy(file, segmentDirectory(copy).resolve(file.getFileName()));
                }
            }
            return copy;
        }
        return copy();
    }

    private static LogGuard.Findings examine(Path data, long durable) throws IOException {
        return new LogGuard(segmentDirectory(data), data.resolve("acknowledged"), durable, true, null).examine();
    }

    private static void acknowledge(Path data, long index) throws IOException {
        Files.delete(data.resolve("acknowledged"));
        new AcknowledgedIndex(data.resolve("acknowledged"), index).close();
    }

    private static Path segmentDirectory(Path data) {
        return RaftSettings.usual(data, TestMember.MEMBER, TestMember.CLUSTER, "127.0.0.1", 0)
                .segmentDirectory();
    }

    private static List<SegmentFile> segments(Path data) throws IOException {
        return SegmentFile.list(segmentDirectory(data));
    }

    private static List<Long> sizes(Path data) throws IOException {
        var sizes = new ArrayList<Long>();
        for (SegmentFile segment : segments(data)) {
            sizes.add(Files.size(segment.path()));
        }
        return sizes;
    }

    private static Path same(SegmentFile segment, Path copy) {
        return segmentDirectory(copy).resolve(segment.path().getFileName());
    }

    private static void flip(Path file, long offset) throws IOException {
        try (var access = new RandomAccessFile(file.toFile(), "rw")) {
            access.seek(offset);
            int old = access.read();
            access.seek(offset);
            access.write(old ^ 0x10);
        }
    }
}
