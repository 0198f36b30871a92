package dev.mainstay.node.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.command.Operation.Put;
import dev.mainstay.node.common.Bytes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A leader that has dropped its log's beginning, and a member that begins with nothing. */
@Tag("slow")
@Timeout(120)
class SnapshotNoticeTest {

    private static final RaftSettings.LogSizes SMALL = new RaftSettings.LogSizes(4_096, 2_048, 40, 1L << 30);

    @TempDir
    private Path directory;

    private final BlockingQueue<LogPosition> wishes = new LinkedBlockingQueue<>();

    @Test
    void anEmptyMemberIsToldAndGoesOnBehindTheStateItWasGiven() throws Exception {
        List<GroupControl.Peer> peers = List.of(peer(1), peer(2));
        FileState first = state(1);
        FileState second = state(2);
        RatisMember leader = member(peers, 0, first);
        RatisMember joiner = member(peers, 1, second);
        RatisMember again = null;
        try {
            leader.start(() -> 0, Leadership.IGNORED);
            TestGroup.await(leader::isLeader);
            for (int i = 0; i < 200; i++) {
                put(leader, "key" + i);
            }
            TestGroup.await(() -> firstIndex(settings(peers, 0)) > 0);
            joiner.snapshotsFrom((leaderId, available) -> {
                assertThat(leaderId).isEqualTo(1);
                wishes.add(available);
                return new CompletableFuture<>();
            });
            joiner.start(() -> 0, Leadership.IGNORED);

            var joined = leader.control().configure(peers);

            LogPosition available = wishes.poll(30, TimeUnit.SECONDS);
            assertThat(available).isNotNull();
            assertThat(available.index()).isEqualTo(firstIndex(settings(peers, 0)));
            assertThat(wishes.poll(2, TimeUnit.SECONDS)).as("told once").isNull();

            joiner.close();
            put(leader, "meanwhile");
            first.flush();
            Files.copy(home(1).resolve("state"), home(2).resolve("state"), StandardCopyOption.REPLACE_EXISTING);
            FileState taken = state(2);
            assertThat(taken.durable().index()).isGreaterThanOrEqualTo(available.index());
            InstalledLog.settle(settings(peers, 1), taken.durable());
            again = member(peers, 1, taken);
            again.snapshotsFrom((_, other) -> {
                wishes.add(other);
                return new CompletableFuture<>();
            });
            again.start(() -> 0, Leadership.IGNORED);

            TestGroup.await(joined::isDone);
            while (!leader.control().configuration().equals(peers)) {
                TestGroup.await(leader.control().configure(peers)::isDone);
            }
            put(leader, "after");
            TestGroup.await(() -> taken.map().containsKey("after"));
            assertThat(taken.map()).isEqualTo(first.map()).hasSize(202);
            assertThat(again.control().configuration()).isEqualTo(peers);
            assertThat(wishes).isEmpty();
        } finally {
            if (again != null) {
                again.close();
            }
            joiner.close();
            leader.close();
        }
    }

    private static void put(RatisMember member, String key) throws Exception {
        member.propose(new Put(Bytes.utf8(key), Bytes.utf8("value".repeat(20)), 0, false, false, false))
                .get();
    }

    private static long firstIndex(RaftSettings settings) {
        try {
            return SegmentFile.list(settings.segmentDirectory()).getFirst().start();
        } catch (IOException e) {
            return 0;
        }
    }

    private FileState state(long id) throws IOException {
        Files.createDirectories(home(id));
        return new FileState(home(id).resolve("state"));
    }

    private Path home(long id) {
        return directory.resolve("m" + id);
    }

    private RatisMember member(List<GroupControl.Peer> peers, int number, FileState state) {
        RatisLogs.quieten();
        return new RatisMember(settings(peers, number), state, ConsensusMeter.NONE, (_, _) -> {});
    }

    private RaftSettings settings(List<GroupControl.Peer> peers, int number) {
        GroupControl.Peer self = peers.get(number);
        int port = Integer.parseInt(self.address().split(":", -1)[1]);
        return RaftSettings.usual(home(self.memberId()), self.memberId(), 77, "127.0.0.1", port)
                .foundedBy(number == 0 ? List.of(self) : List.of())
                .with(RaftSettings.Timeouts.USUAL)
                .with(SMALL);
    }

    private static GroupControl.Peer peer(long id) throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new GroupControl.Peer(id, "127.0.0.1:" + socket.getLocalPort(), false);
        }
    }
}
