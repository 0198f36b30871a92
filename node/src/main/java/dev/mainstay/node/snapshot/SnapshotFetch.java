package dev.mainstay.node.snapshot;

import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.consensus.PeerCalls;
import dev.mainstay.node.consensus.PeerException;
import dev.mainstay.node.consensus.PeerMethod;
import dev.mainstay.node.membership.MemberId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches a checkpoint of another member's state into a directory, file after file. A call that fails is repeated where it
 * stopped; a file that is whole is made durable and gets its name only then, so that a restart goes on behind it. Nothing
 * is opened or replaced here. One thread, which waits; used once.
 */
public final class SnapshotFetch {

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotFetch.class);
    private static final Duration CALL_LIMIT = Duration.ofSeconds(30);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final String PART = ".part";

    /** What the disk must have beyond the state that comes in. */
    private static final long SPARE_BYTES = 64L << 20;

    private final PeerCalls peers;
    private final long sender;
    private final long firstIndex;
    private final Path directory;
    private final SnapshotMeter meter;
    private final FetchLimits limits;
    private final LongSupplier nanoClock;
    private final RandomGenerator random;
    private final Pace pace;
    private final FetchProgress progress;
    private @Nullable IncomingManifest current;

    /** The file whose first bytes were written in this life and can be relied on. */
    private @Nullable String begun;

    private long had;
    private long lastByte;

    /**
     * @param sender the member to ask
     * @param firstIndex the first log entry that can be had from the log: the state must reach up to it
     * @param directory where the files go; made if missing, and used for nothing else
     */
    public SnapshotFetch(
            PeerCalls peers,
            long sender,
            long firstIndex,
            Path directory,
            SnapshotMeter meter,
            FetchLimits limits,
            LongSupplier nanoClock,
            RandomGenerator random) {
        this.peers = peers;
        this.sender = sender;
        this.firstIndex = firstIndex;
        this.directory = directory;
        this.meter = meter;
        this.limits = limits;
        this.nanoClock = nanoClock;
        this.random = random;
        this.pace = new Pace(limits.bytesPerSecond(), nanoClock);
        this.progress = new FetchProgress(sender, nanoClock);
    }

    /**
     * Returns when the state is whole and durable in the directory, with its {@link IncomingManifest#COMPLETE} beside it.
     *
     * @return the last log entry that the state holds
     * @throws IOException if nothing came in for the limit's patience, or the disk failed; the message says which
     * @throws InterruptedException if the thread was interrupted: what has come in stays for another time
     */
    public LogPosition run() throws IOException, InterruptedException {
        long start = nanoClock.getAsLong();
        boolean whole = false;
        meter.receiveBegan(sender);
        try {
            Files.createDirectories(directory);
            current = leftover();
            lastByte = nanoClock.getAsLong();
            IncomingManifest done = untilWhole();
            whole = true;
            LOG.info(
                    "snapshot from member {} is complete at index {}: {} MB in {} ms",
                    MemberId.hex(sender),
                    done.position().index(),
                    FetchProgress.mb(progress.bytes()),
                    TimeUnit.NANOSECONDS.toMillis(nanoClock.getAsLong() - start));
            return done.position();
        } finally {
            meter.receiveEnded(sender, whole, nanoClock.getAsLong() - start);
        }
    }

    /** What an earlier life began to fetch from the same sender; the files of any other are deleted. */
    private @Nullable IncomingManifest leftover() throws IOException {
        IncomingManifest left = IncomingManifest.read(directory.resolve(IncomingManifest.STARTED));
        if (left != null && left.sender() == sender && reaches(left.position())) {
            return left;
        }
        clear();
        return null;
    }

    private boolean reaches(LogPosition position) {
        return position.index() + 1 >= firstIndex;
    }

    private void clear() throws IOException {
        Trees.delete(directory);
        Files.createDirectories(directory);
        current = null;
        begun = null;
    }

    private IncomingManifest untilWhole() throws IOException, InterruptedException {
        Duration pause = limits.firstPause();
        long token = random.nextLong();
        while (true) {
            long before = progress.bytes();
            IOException failure;
            try {
                IncomingManifest manifest = current;
                if (manifest == null) {
                    manifest = open(token);
                }
                pull(manifest);
                finish(manifest);
                return manifest;
            } catch (PeerException e) {
                failure = e;
            } catch (SnapshotException e) {
                failure = e;
                if (e.reason() == SnapshotException.Reason.UNKNOWN_SNAPSHOT
                        || e.reason() == SnapshotException.Reason.BAD_REQUEST) {
                    LOG.info("the snapshot is gone at its sender, the fetch begins anew: {}", e.getMessage());
                    clear();
                    token = random.nextLong();
                }
            }
            long silent = nanoClock.getAsLong() - lastByte;
            if (silent > limits.patience().toNanos()) {
                throw new IOException(
                        "nothing came from member " + MemberId.hex(sender) + " for "
                                + TimeUnit.NANOSECONDS.toMillis(silent) + " ms: " + failure.getMessage(),
                        failure);
            }
            LOG.debug("fetching from member {} failed and is tried again", MemberId.hex(sender), failure);
            if (progress.bytes() > before) {
                pause = limits.firstPause();
            }
            Thread.sleep(pause);
            pause = pause.multipliedBy(2);
            if (pause.compareTo(LONGEST_PAUSE) > 0) {
                pause = LONGEST_PAUSE;
            }
        }
    }

    private IncomingManifest open(long token) throws IOException, InterruptedException {
        Checkpoint opened = SnapshotMessages.opened(call(PeerMethod.OPEN_SNAPSHOT, SnapshotMessages.open(token)));
        if (!reaches(opened.position())) {
            throw new IOException("the snapshot of member " + MemberId.hex(sender) + " ends at index "
                    + opened.position().index() + ", the leader's log begins at " + firstIndex);
        }
        for (SnapshotFile file : opened.files()) {
            if (file.name().endsWith(PART) || file.name().endsWith(".json")) {
                throw new IOException("the snapshot of member " + MemberId.hex(sender) + " has a file " + file.name());
            }
        }
        long room = Files.getFileStore(directory).getUsableSpace();
        if (room < opened.bytes() + SPARE_BYTES) {
            throw new IOException("the disk has room for " + FetchProgress.mb(room) + " MB, the snapshot of member "
                    + MemberId.hex(sender) + " takes " + FetchProgress.mb(opened.bytes()) + " MB");
        }
        IncomingManifest manifest = new IncomingManifest(sender, token, opened.id(), opened.position(), opened.files());
        clear();
        manifest.write(directory.resolve(IncomingManifest.STARTED));
        current = manifest;
        LOG.info(
                "fetching a snapshot at index {} from member {}: {} files, {} MB",
                opened.position().index(),
                MemberId.hex(sender),
                opened.files().size(),
                FetchProgress.mb(opened.bytes()));
        return manifest;
    }

    private void pull(IncomingManifest manifest) throws IOException, InterruptedException {
        long total = manifest.files().stream().mapToLong(SnapshotFile::bytes).sum();
        had = 0;
        for (SnapshotFile file : manifest.files()) {
            Path target = directory.resolve(file.name());
            if (Files.exists(target) && Files.size(target) == file.bytes()) {
                had += file.bytes();
                continue;
            }
            Path part = directory.resolve(file.name() + PART);
            if (!file.name().equals(begun)) {
                Files.deleteIfExists(part);
                begun = file.name();
            }
            try (var channel = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                pull(manifest.id(), file, channel, total);
                long start = nanoClock.getAsLong();
                channel.force(true);
                meter.fileSynced(nanoClock.getAsLong() - start);
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private record Piece(long offset, int length, CompletableFuture<byte[]> answer) {}

    /** Asks ahead and writes in order, so that the file's length says how far it is. */
    private void pull(long id, SnapshotFile file, FileChannel channel, long total)
            throws IOException, InterruptedException {
        Deque<Piece> asked = new ArrayDeque<>();
        long written = channel.size();
        long next = written;
        had += written;
        while (written < file.bytes()) {
            while (asked.size() < limits.inFlight() && next < file.bytes()) {
                int length = (int) Math.min(limits.chunkBytes(), file.bytes() - next);
                TimeUnit.NANOSECONDS.sleep(pace.waitNanos(length));
                byte[] request = SnapshotMessages.read(new SnapshotMessages.Read(id, next, length, file.name()));
                asked.add(new Piece(next, length, peers.call(sender, PeerMethod.READ_SNAPSHOT, request)));
                next += length;
            }
            Piece piece = asked.remove();
            ByteBuffer bytes = SnapshotMessages.chunk(await(piece.answer()), piece.length());
            while (bytes.hasRemaining()) {
                written += channel.write(bytes, written);
            }
            had += piece.length();
            lastByte = nanoClock.getAsLong();
            progress.add(piece.length(), had, total);
            meter.received(sender, piece.length());
        }
    }

    private void finish(IncomingManifest manifest) throws IOException, InterruptedException {
        Set<String> wanted =
                manifest.files().stream().map(SnapshotFile::name).collect(Collectors.toCollection(HashSet::new));
        wanted.add(IncomingManifest.STARTED);
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                if (!wanted.contains(file.getFileName().toString())) {
                    Files.delete(file);
                }
            }
        }
        long start = nanoClock.getAsLong();
        Trees.force(directory);
        manifest.write(directory.resolve(IncomingManifest.COMPLETE));
        Files.deleteIfExists(directory.resolve(IncomingManifest.STARTED));
        Trees.forceParent(directory);
        meter.manifestSynced(nanoClock.getAsLong() - start);
        try {
            SnapshotMessages.Close close = new SnapshotMessages.Close(manifest.id(), true);
            call(PeerMethod.CLOSE_SNAPSHOT, SnapshotMessages.close(close));
        } catch (PeerException e) {
            LOG.debug("the sender will let the snapshot go by itself", e);
        }
    }

    private byte[] call(PeerMethod method, byte[] request) throws PeerException, InterruptedException {
        return await(peers.call(sender, method, request));
    }

    private byte[] await(CompletableFuture<byte[]> answer) throws PeerException, InterruptedException {
        try {
            return answer.get(CALL_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new PeerException(PeerException.Reason.TIMEOUT, "no answer for " + CALL_LIMIT);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof PeerException failure) {
                throw failure;
            }
            throw new PeerException(PeerException.Reason.FAILED, String.valueOf(e.getCause()));
        }
    }
}
