package dev.mainstay.node.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.command.Outcome;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A member whose state was replaced by a peer's must be able to go on behind it, and must lose nothing else. */
@Timeout(120)
class InstalledLogTest {

    private static final RaftSettings.LogSizes SMALL = new RaftSettings.LogSizes(2_048, 1_024, 1_000_000, 1L << 30);
    private static final int PUTS = 120;

    @TempDir
    private Path directory;

    @TempDir
    private Path copies;

    private long term;

    @BeforeEach
    void aLogOfSomeFiles() throws Exception {
        try (var member = TestMember.open(directory, settings -> settings.with(SMALL))) {
            for (int i = 0; i < PUTS; i++) {
                member.put("old" + i, "value".repeat(10)).get();
            }
            term = member.raft.term();
        }
        assertThat(segments()).hasSizeGreaterThan(3);
    }

    @Test
    void aStateBeyondTheLogTakesItsPlaceAndTheMemberGoesOnBehindIt() throws Exception {
        String before = metadata();
        var position = new LogPosition(term, 5_000);
        install(position);
        assertThat(segments()).isEmpty();
        assertThat(metadata()).contains("term=" + term).isEqualTo(before);

        try (var member = TestMember.open(directory, settings -> settings.with(SMALL))) {
            assertThat(member.put("new", "1").get()).isEqualTo(new Outcome.PutDone(1_001, null));
            assertThat(member.state.map()).containsOnlyKeys("installed", "new");
            assertThat(segments().getFirst().start()).isEqualTo(5_001);
        }
        try (var member = TestMember.open(directory, settings -> settings.with(SMALL))) {
            assertThat(member.put("newer", "1").get()).isEqualTo(new Outcome.PutDone(1_002, null));
            assertThat(member.raft.term()).isGreaterThan(term);
            assertThat(member.fatal).isEmpty();
        }
    }

    @Test
    void aMemberThatStopsBeforeItsFirstEntryStartsAgain() throws Exception {
        install(new LogPosition(term, 5_000));

        for (int start = 0; start < 2; start++) {
            assertThat(examine(5_000)).isEqualTo(new LogGuard.Findings(5_000, -1));
        }
    }

    @Test
    void anEmptyLogIsNoReasonToTrustAnyOtherState() throws Exception {
        install(new LogPosition(term, 5_000));

        assertThatThrownBy(() -> examine(4_999)).isInstanceOf(DamagedLogException.class);
        assertThatThrownBy(() -> examine(5_001)).isInstanceOf(DamagedLogException.class);
        Files.delete(directory.resolve("acknowledged"));
        new AcknowledgedIndex(directory.resolve("acknowledged"), 5_001).close();
        assertThatThrownBy(() -> examine(5_000)).isInstanceOf(DamagedLogException.class);
    }

    @Test
    void aStateFromALaterTermThanTheMemberKnowsIsRefused() throws Exception {
        install(new LogPosition(term + 1, 5_000));

        assertThatThrownBy(() -> examine(5_000))
                .isInstanceOf(DamagedLogException.class)
                .hasMessageContaining("term");
    }

    @Test
    void entriesBehindThePositionStayIfTheyBelongToItsHistory() throws Exception {
        SegmentFile middle = segments().get(segments().size() / 2);
        var position = new LogPosition(term, middle.start() + 1);

        install(position);
        install(position);

        assertThat(segments().getFirst()).isEqualTo(middle);
        assertThat(segments()).hasSizeGreaterThan(1);
        assertThat(examine(position.index()).lastIndex()).isGreaterThanOrEqualTo(PUTS);
    }

    @Test
    void entriesOfAnotherHistoryGoWhereverASettlingWasInterrupted() throws Exception {
        SegmentFile middle = segments().get(segments().size() / 2);
        var position = new LogPosition(term + 1, middle.start() + 1);
        List<SegmentFile> all = segments();
        for (int left = all.size(); left >= 0; left--) {
            Path copy = TestMember.copy(directory, copies.resolve("interrupted" + left));
            for (SegmentFile gone : all.subList(left, all.size())) {
                Files.delete(
                        settings(copy).segmentDirectory().resolve(gone.path().getFileName()));
            }

            InstalledLog.settle(settings(copy), position);

            assertThat(SegmentFile.list(settings(copy).segmentDirectory())).isEmpty();
        }
    }

    @Test
    void aRepeatedDemandIsOneWish() {
        var asked = new AtomicInteger();
        var answer = new CompletableFuture<Void>();
        var wish = new SnapshotWish((leader, first) -> {
            asked.incrementAndGet();
            return answer;
        });

        var first = wish.wanted(1, new LogPosition(1, 10));
        assertThat(wish.wanted(2, new LogPosition(2, 12))).isSameAs(first);
        assertThat(asked).hasValue(1);
        answer.completeExceptionally(new IOException("gone"));
        assertThat(wish.wanted(2, new LogPosition(2, 12))).isCompletedExceptionally();
        assertThat(asked).hasValue(2);
    }

    private void install(LogPosition position) throws IOException {
        InstalledLog.settle(settings(directory), position);
        try (var out = new DataOutputStream(Files.newOutputStream(directory.resolve("state")))) {
            out.writeLong(position.term());
            out.writeLong(position.index());
            out.writeLong(1_000);
            out.writeInt(1);
            out.writeUTF("installed");
            out.writeUTF("");
        }
    }

    private LogGuard.Findings examine(long durable) throws IOException {
        RaftSettings settings = settings(directory);
        return new LogGuard(
                        settings.segmentDirectory(),
                        settings.acknowledgedFile(),
                        durable,
                        false,
                        InstalledLog.read(settings.logDirectory()))
                .examine();
    }

    private List<SegmentFile> segments() throws IOException {
        return SegmentFile.list(settings(directory).segmentDirectory());
    }

    private String metadata() throws IOException {
        return Files.readString(settings(directory).segmentDirectory().resolve("raft-meta"));
    }

    private static RaftSettings settings(Path data) {
        return RaftSettings.usual(data, TestMember.MEMBER, TestMember.CLUSTER, "127.0.0.1", 0);
    }
}
