package dev.mainstay.node.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.consensus.PeerMethod;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SnapshotFetchTest {

    private static final long SENDER = 9;
    private static final int CHUNK = 1_000;
    private static final FetchLimits LIMITS =
            new FetchLimits(CHUNK, 4, 1L << 40, Duration.ofMillis(400), Duration.ofMillis(1));

    /** 100 and 31 pieces, one piece, nothing. */
    private static final Map<String, Integer> FILES =
            new TreeMap<>(Map.of("1.sst", 100 * CHUNK, "2.sst", 30 * CHUNK + 1, "CURRENT", 16, "empty", 0));

    private static final int PIECES = 132;

    @TempDir
    private Path temp;

    private Path incoming;
    private final FakePeers peers = new FakePeers(1);
    private SnapshotSender sender;
    private int checkpoints;

    @BeforeEach
    void aSender() throws IOException {
        incoming = temp.resolve("db.incoming");
        sender = newSender();
    }

    @AfterEach
    void close() {
        sender.close();
    }

    @Test
    void everyFileArrivesAndTheSenderLetsItGo() throws Exception {
        assertThat(fetch(100).run()).isEqualTo(new LogPosition(3, 101));

        assertComplete(1);
        assertThat(peers.calls(PeerMethod.READ_SNAPSHOT)).isEqualTo(PIECES);
        assertThat(peers.mostOutAtOnce()).isBetween(2, LIMITS.inFlight());
        assertThat(sender.openSnapshots()).isZero();
    }

    @Test
    void aBrokenConnectionIsResumedWhereItStopped() throws Exception {
        peers.fault((method, number, answer) -> number % 40 == 0 ? FakePeers.broken() : answer.get());

        fetch(100).run();

        assertComplete(1);
        assertThat(peers.calls(PeerMethod.OPEN_SNAPSHOT)).isEqualTo(1);
        assertThat(peers.calls(PeerMethod.READ_SNAPSHOT)).isBetween(PIECES + 1, PIECES + 4 * LIMITS.inFlight());
    }

    @Test
    void aLostAnswerToOpenLeavesNoSecondSnapshotBehind() throws Exception {
        peers.fault((method, number, answer) -> method == PeerMethod.OPEN_SNAPSHOT && number == 1
                ? answer.get().thenCompose(_ -> FakePeers.broken())
                : answer.get());

        fetch(100).run();

        assertComplete(1);
        assertThat(sender.openSnapshots()).isZero();
    }

    @Test
    void aSenderThatForgotIsAskedForAnotherSnapshot() throws Exception {
        peers.fault((method, number, answer) -> {
            if (method == PeerMethod.READ_SNAPSHOT && number == 50) {
                sender.close();
                sender = newSender();
            }
            return answer.get();
        });

        assertThat(fetch(100).run()).isEqualTo(new LogPosition(3, 102));

        assertComplete(2);
    }

    @Test
    void aSpoiltPieceIsFetchedAgain() throws Exception {
        peers.fault((method, number, answer) -> method == PeerMethod.READ_SNAPSHOT && number == 77
                ? answer.get().thenApply(SnapshotFetchTest::spoil)
                : answer.get());

        fetch(100).run();

        assertComplete(1);
        assertThat(peers.calls(PeerMethod.READ_SNAPSHOT)).isGreaterThan(PIECES);
    }

    @Test
    void aPieceThatIsAlwaysSpoiltEndsTheFetch() {
        peers.fault((method, number, answer) -> method == PeerMethod.READ_SNAPSHOT && number >= 77
                ? answer.get().thenApply(SnapshotFetchTest::spoil)
                : answer.get());

        assertThatThrownBy(() -> fetch(100).run())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("nothing came from member 9")
                .hasMessageContaining("checksum");
        assertThat(incoming.resolve(IncomingManifest.COMPLETE)).doesNotExist();
    }

    @Test
    void aSilentSenderIsGivenUp() {
        peers.fault((_, _, _) -> FakePeers.broken());

        assertThatThrownBy(() -> fetch(100).run())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the connection broke");
    }

    @Test
    void aRestartGoesOnBehindTheFilesThatAreWhole() throws Exception {
        interruptAt(120);
        assertThat(incoming.resolve("1.sst")).hasSize(100 * CHUNK);
        int before = peers.calls(PeerMethod.READ_SNAPSHOT);

        assertThat(fetch(100).run()).isEqualTo(new LogPosition(3, 101));

        assertComplete(1);
        assertThat(peers.calls(PeerMethod.READ_SNAPSHOT) - before).isEqualTo(PIECES - 100);
    }

    @Test
    void whatARestartFindsFromAnotherSenderOrTooOldIsDeleted() throws Exception {
        interruptAt(120);
        int before = peers.calls(PeerMethod.READ_SNAPSHOT);

        new SnapshotFetch(peers, SENDER + 1, 100, incoming, SnapshotMeter.NONE, LIMITS, System::nanoTime, new Random(3))
                .run();

        assertComplete(2);
        assertThat(peers.calls(PeerMethod.READ_SNAPSHOT) - before).isEqualTo(PIECES);
    }

    @Test
    void aStateThatEndsBeforeTheLeadersLogIsOfNoUse() {
        assertThatThrownBy(() -> fetch(103).run())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("ends at index 101");
    }

    @Test
    void theRateIsKept() throws Exception {
        FetchLimits slow = new FetchLimits(CHUNK, 4, 200_000, Duration.ofSeconds(5), Duration.ofMillis(1));
        long start = System.nanoTime();

        new SnapshotFetch(peers, SENDER, 0, incoming, SnapshotMeter.NONE, slow, System::nanoTime, new Random(2)).run();

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(550));
    }

    private void interruptAt(int read) throws Exception {
        var reached = new CountDownLatch(1);
        peers.fault((method, number, answer) -> {
            if (method == PeerMethod.READ_SNAPSHOT && number >= read) {
                reached.countDown();
                return new CompletableFuture<>();
            }
            return answer.get();
        });
        var failure = new CompletableFuture<Throwable>();
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                fetch(100).run();
            } catch (IOException | InterruptedException e) {
                failure.complete(e);
            }
        });
        reached.await();
        thread.interrupt();
        thread.join();
        assertThat(failure.get()).isNotNull();
        peers.fault((_, _, answer) -> answer.get());
    }

    private SnapshotFetch fetch(long firstIndex) {
        return new SnapshotFetch(
                peers, SENDER, firstIndex, incoming, SnapshotMeter.NONE, LIMITS, System::nanoTime, new Random(2));
    }

    private SnapshotSender newSender() {
        try {
            SnapshotSender made = new SnapshotSender(
                    temp.resolve("snapshots"), this::checkpoint, SnapshotMeter.NONE, System::nanoTime, new Random(5));
            made.register(peers);
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private LogPosition checkpoint(Path target) {
        checkpoints++;
        try {
            Files.createDirectory(target);
            for (var file : FILES.entrySet()) {
                Files.write(target.resolve(file.getKey()), content(file.getKey(), checkpoints));
            }
            return new LogPosition(3, 100 + checkpoints);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] content(String name, int checkpoint) {
        byte[] bytes = new byte[FILES.get(name)];
        new Random(name.hashCode() + checkpoint).nextBytes(bytes);
        return bytes;
    }

    private static byte[] spoil(byte[] answer) {
        byte[] spoilt = answer.clone();
        spoilt[answer.length / 2] ^= 1;
        return spoilt;
    }

    private void assertComplete(int checkpoint) throws IOException {
        IncomingManifest manifest = IncomingManifest.read(incoming.resolve(IncomingManifest.COMPLETE));
        assertThat(manifest).isNotNull();
        assertThat(manifest.position()).isEqualTo(new LogPosition(3, 100 + checkpoint));
        assertThat(manifest.isWholeIn(incoming)).isTrue();
        try (Stream<Path> files = Files.list(incoming)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("1.sst", "2.sst", "CURRENT", "empty", IncomingManifest.COMPLETE);
        }
        for (String name : FILES.keySet()) {
            assertThat(incoming.resolve(name)).hasBinaryContent(content(name, checkpoint));
        }
    }
}
