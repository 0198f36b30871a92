package dev.mainstay.node.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.consensus.PeerMethod;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SnapshotSenderTest {

    private static final String CONTENT = "0123456789";

    @TempDir
    private Path temp;

    private Path directory;
    private final AtomicLong nanos = new AtomicLong();
    private SnapshotSender sender;

    @BeforeEach
    void aSender() throws IOException {
        directory = temp.resolve("snapshots");
        Files.createDirectories(directory.resolve("old"));
        Files.writeString(directory.resolve("old/left-over"), "x");
        Files.writeString(temp.resolve("secret"), "not for you");
        sender = new SnapshotSender(
                directory, SnapshotSenderTest::checkpoint, SnapshotMeter.NONE, nanos::get, new Random(1));
    }

    @AfterEach
    void close() {
        sender.close();
    }

    @Test
    void readsGiveTheBytesAsked() throws Exception {
        FakePeers peer = peer(1);
        Checkpoint open = open(peer, 7);

        assertThat(open.position()).isEqualTo(new LogPosition(3, 42));
        assertThat(open.files()).containsExactly(new SnapshotFile("a.sst", 10), new SnapshotFile("empty", 0));
        assertThat(read(peer, open.id(), "a.sst", 3, 4)).isEqualTo("3456");
        assertThat(read(peer, open.id(), "a.sst", 0, 10)).isEqualTo(CONTENT);
    }

    @Test
    void whatAnEarlierLifeLeftIsDeletedAndSoIsAllAtClose() throws Exception {
        assertThat(directory).doesNotExist();
        open(peer(1), 7);
        assertThat(directory).isNotEmptyDirectory();

        sender.close();

        assertThat(directory).doesNotExist();
    }

    @Test
    void askingAgainBecauseTheAnswerWasLostOpensNothingMore() throws Exception {
        FakePeers peer = peer(1);

        assertThat(open(peer, 7)).isEqualTo(open(peer, 7));
        assertThat(sender.openSnapshots()).isEqualTo(1);
    }

    @Test
    void aMemberThatBeginsAnewGivesUpItsFormerSnapshot() throws Exception {
        FakePeers peer = peer(1);
        Checkpoint former = open(peer, 7);

        Checkpoint next = open(peer, 8);

        assertThat(sender.openSnapshots()).isEqualTo(1);
        assertThat(read(peer, next.id(), "a.sst", 0, 1)).isEqualTo("0");
        assertRefused(SnapshotException.Reason.UNKNOWN_SNAPSHOT, peer, former.id(), "a.sst", 0, 1);
    }

    @Test
    void aThirdSnapshotIsRefusedUntilOneIsClosed() throws Exception {
        FakePeers one = peer(1);
        Checkpoint first = open(one, 7);
        open(peer(2), 7);

        assertThatThrownBy(() -> open(peer(3), 7))
                .isInstanceOfSatisfying(
                        SnapshotException.class,
                        refusal -> assertThat(refusal.reason()).isEqualTo(SnapshotException.Reason.TOO_MANY))
                .hasMessageContaining("2 snapshots are open for other members");
        SnapshotMessages.Close close = new SnapshotMessages.Close(first.id(), true);
        one.call(9, PeerMethod.CLOSE_SNAPSHOT, SnapshotMessages.close(close)).get();
        assertThat(open(peer(3), 7).files()).isNotEmpty();
    }

    @Test
    void namesThatAreNotInTheListAreRefusedWhateverTheyPointTo() throws Exception {
        FakePeers peer = peer(1);
        Checkpoint open = open(peer, 7);
        for (String name : new String[] {
            "../../secret",
            temp.resolve("secret").toString(),
            "./a.sst",
            "a.sst/../a.sst",
            "",
            "b.sst",
            "LOG",
            "a.sst\0"
        }) {
            assertRefused(SnapshotException.Reason.BAD_REQUEST, peer, open.id(), name, 0, 1);
        }
    }

    @Test
    void readsBeyondAFileOrALimitAreRefused() throws Exception {
        FakePeers peer = peer(1);
        long id = open(peer, 7).id();
        assertRefused(SnapshotException.Reason.BAD_REQUEST, peer, id, "a.sst", 7, 4);
        assertRefused(SnapshotException.Reason.BAD_REQUEST, peer, id, "a.sst", -1, 1);
        assertRefused(SnapshotException.Reason.BAD_REQUEST, peer, id, "a.sst", Long.MAX_VALUE, 1);
        assertRefused(SnapshotException.Reason.BAD_REQUEST, peer, id, "a.sst", 0, 0);
        assertRefused(SnapshotException.Reason.BAD_REQUEST, peer, id, "a.sst", 0, (1 << 20) + 1);
        assertRefused(SnapshotException.Reason.UNKNOWN_SNAPSHOT, peer(2), id, "a.sst", 0, 1);
        byte[] garbage = {9, 9};
        assertThatThrownBy(() -> SnapshotMessages.chunk(
                        peer.call(9, PeerMethod.READ_SNAPSHOT, garbage).get(), 1))
                .isInstanceOf(SnapshotException.class);
    }

    @Test
    void aSnapshotThatNobodyReadsIsLetGo() throws Exception {
        FakePeers peer = peer(1);
        long id = open(peer, 7).id();
        nanos.addAndGet(TimeUnit.MINUTES.toNanos(4));
        read(peer, id, "a.sst", 0, 1);
        nanos.addAndGet(TimeUnit.MINUTES.toNanos(4));
        sender.sweep();
        assertThat(read(peer, id, "a.sst", 0, 1)).isEqualTo("0");

        nanos.addAndGet(TimeUnit.MINUTES.toNanos(5) + 1);
        sender.sweep();

        assertThat(sender.openSnapshots()).isZero();
        assertThat(directory).isEmptyDirectory();
        assertRefused(SnapshotException.Reason.UNKNOWN_SNAPSHOT, peer, id, "a.sst", 0, 1);
    }

    private FakePeers peer(long id) {
        FakePeers peers = new FakePeers(id);
        sender.register(peers);
        return peers;
    }

    private static LogPosition checkpoint(Path target) {
        try {
            Files.createDirectory(target);
            Files.writeString(target.resolve("a.sst"), CONTENT);
            Files.writeString(target.resolve("empty"), "");
            Files.writeString(target.resolve("LOG"), "what the engine says");
            return new LogPosition(3, 42);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Checkpoint open(FakePeers peer, long token) throws Exception {
        return SnapshotMessages.opened(peer.call(9, PeerMethod.OPEN_SNAPSHOT, SnapshotMessages.open(token))
                .get());
    }

    private static String read(FakePeers peer, long id, String name, long offset, int length) throws Exception {
        byte[] request = SnapshotMessages.read(new SnapshotMessages.Read(id, offset, length, name));
        ByteBuffer bytes = SnapshotMessages.chunk(
                peer.call(9, PeerMethod.READ_SNAPSHOT, request).get(), length);
        return StandardCharsets.US_ASCII.decode(bytes).toString();
    }

    private static void assertRefused(
            SnapshotException.Reason reason, FakePeers peer, long id, String name, long offset, int length) {
        assertThatThrownBy(() -> read(peer, id, name, offset, length))
                .as("%s at %d, %d bytes", name, offset, length)
                .isInstanceOfSatisfying(
                        SnapshotException.class,
                        refusal -> assertThat(refusal.reason()).isEqualTo(reason));
    }
}
