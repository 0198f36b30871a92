package dev.mainstay.node.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.command.Operation.Put;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A log of one of several that becomes that of one alone, whatever was in it, and wherever that is interrupted. */
@Timeout(120)
class ForcedLogTest {

    private static final GroupControl.Peer SELF = new GroupControl.Peer(TestMember.MEMBER, "127.0.0.1:1", false);
    private static final List<GroupControl.Peer> THREE = List.of(
            SELF, new GroupControl.Peer(2, "127.0.0.1:2", false), new GroupControl.Peer(3, "127.0.0.1:3", false));
    private static final int PUTS = 20;

    @TempDir
    private Path directory;

    private long lastIndex;

    /** A log whose newest configuration names three, two of which there aren't. */
    @BeforeEach
    void logOfOneOfThree() throws Exception {
        try (var member = TestMember.open(directory)) {
            for (int i = 0; i < PUTS; i++) {
                member.put("k" + i, "v").get();
            }
        }
        Files.delete(directory.resolve("state"));
        lastIndex = extend(0, THREE, "three").index();
        try (var member = TestMember.unstarted(directory, settings -> settings.foundedBy(THREE))) {
            member.start();
            assertThat(member.raft.isLeader()).isFalse();
        }
    }

    @Test
    void memberLeadsAloneWithAllThatTheLogHeld() throws Exception {
        assertThat(extend(0, List.of(SELF), "told").index()).isEqualTo(lastIndex + 2);

        for (int start = 0; start < 2; start++) {
            try (var member = TestMember.open(directory, settings -> settings.foundedBy(THREE))) {
                Outcome put = member.put("new" + start, "v").get();
                assertThat(put).isEqualTo(new Outcome.PutDone(PUTS + 3 + start, null));
                assertThat(member.state.map()).containsKeys("k0", "k" + (PUTS - 1), "three", "told");
                assertThat(member.fatal).isEmpty();
            }
        }
    }

    @Test
    void whatWasInterruptedCanBeRepeated() throws Exception {
        extend(0, List.of(SELF), "told");
        // A crash before the second attempt's entries had their name, and one after the directory had its own.
        Files.writeString(settings(0).segmentDirectory().resolve("forced.new"), "half");
        ForcedLog.adopt(settings(1));
        ForcedLog.adopt(settings(1));
        assertThat(settings(0).segmentDirectory()).doesNotExist();
        assertThat(extend(1, List.of(SELF), "again").index()).isEqualTo(lastIndex + 4);

        try (var member = TestMember.open(directory, settings -> settings(1))) {
            assertThat(member.put("new", "v").get()).isEqualTo(new Outcome.PutDone(PUTS + 4, null));
            assertThat(member.state.map()).containsKeys("k0", "three", "told", "again");
        }
    }

    @Test
    void logThatLacksAcknowledgedEntriesIsLeftAlone() throws Exception {
        SegmentFile last = SegmentFile.list(settings(0).segmentDirectory()).getLast();
        Files.delete(last.path());
        new AcknowledgedIndex(directory.resolve("acknowledged"), lastIndex + 2).close();

        assertThatThrownBy(() -> ForcedLog.check(settings(0), LogPosition.NONE))
                .isInstanceOf(DamagedLogException.class);
        assertThatThrownBy(() -> extend(0, List.of(SELF), "told")).isInstanceOf(DamagedLogException.class);
    }

    @Test
    void inspectionSeesTheWholeLogAndWhatIsWrongWithIt() throws Exception {
        LogInspection sound = inspection(LogPosition.NONE);
        assertThat(sound.findings()).isEmpty();
        assertThat(sound.notes()).isEmpty();
        assertThat(sound.last().index()).isGreaterThanOrEqualTo(lastIndex);
        assertThat(sound.first()).isZero();

        assertThat(inspection(new LogPosition(77, 3)).findings())
                .containsExactly("the entry that the state ends with, index 3, has another term in the log");
        assertThat(inspection(new LogPosition(1, 1_000)).findings())
                .anyMatch(finding -> finding.contains("but entries up to 1000 were acknowledged"));
        SegmentFile first = SegmentFile.list(settings(0).segmentDirectory()).getFirst();
        byte[] bytes = Files.readAllBytes(first.path());
        bytes[bytes.length / 2] ^= 1;
        Files.write(first.path(), bytes);
        assertThat(inspection(LogPosition.NONE).findings())
                .anyMatch(finding -> finding.contains("an entry's checksum does not match; it was acknowledged"));
        Files.delete(first.path());
        assertThat(inspection(LogPosition.NONE).findings())
                .anyMatch(finding -> finding.contains("what lies between is missing"));
    }

    private LogInspection inspection(LogPosition durable) throws IOException {
        List<Long> files = new ArrayList<>();
        LogInspection inspection = LogInspection.of(
                directory.resolve("log"),
                directory.resolve("acknowledged"),
                TestMember.CLUSTER,
                0,
                durable,
                files::add);
        assertThat(files)
                .isEqualTo(LongStream.rangeClosed(1, inspection.files()).boxed().toList());
        return inspection;
    }

    private LogPosition extend(int generation, List<GroupControl.Peer> members, String key) throws IOException {
        ForcedLog.Forced forced = ForcedLog.extend(
                settings(generation),
                LogPosition.NONE,
                members,
                new Put(Bytes.utf8(key), Bytes.EMPTY, 0, false, false, false));
        return new LogPosition(forced.last().term(), forced.last().index());
    }

    private RaftSettings settings(int generation) {
        return RaftSettings.usual(directory, TestMember.MEMBER, TestMember.CLUSTER, "127.0.0.1", 0)
                .ofGeneration(generation);
    }
}
