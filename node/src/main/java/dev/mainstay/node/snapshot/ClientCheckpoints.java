package dev.mainstay.node.snapshot;

import dev.mainstay.node.membership.MemberId;
import dev.mainstay.node.mvcc.KeyspaceDigest;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checkpoints of this member's state that clients back up. A checkpoint is hard links, so it costs no copy, but it holds the disk space
 * of what has been compacted away since: only {@value #MAX_OPEN} are open at a time, and one that nobody has used for {@link #IDLE} is
 * let go, at the latest when {@link #sweep} is called next. Any thread; calls block on the disk.
 */
public final class ClientCheckpoints implements AutoCloseable {

    /** How many may be open. */
    public static final int MAX_OPEN = 2;

    /** How long one stays without being used. */
    public static final Duration IDLE = Duration.ofMinutes(5);

    private static final Logger LOG = LoggerFactory.getLogger(ClientCheckpoints.class);

    private final Path directory;
    private final SnapshotSource source;
    private final LongSupplier nanoClock;
    private final RandomGenerator random;
    private final Map<Long, Held> held = new LinkedHashMap<>();
    private final AtomicLong opened = new AtomicLong();
    private final AtomicLong expired = new AtomicLong();
    private boolean closed;

    /**
     * One that is open.
     *
     * @param id its name
     */
    public record Opened(long id, StoreReading.Standing standing, List<CheckpointFile> files) {

        public Opened {
            files = List.copyOf(files);
        }
    }

    private static final class Held {
        private final Path path;
        private Map<String, Long> files = Map.of();
        private boolean made;
        private int uses;
        private long lastUse;

        Held(Path path, long now) {
            this.path = path;
            this.lastUse = now;
        }
    }

    /**
     * A use of a checkpoint, which stays at least as long. To be closed.
     *
     * @param path of the checkpoint
     * @param end what closing does
     */
    private record Use(Path path, Runnable end) implements AutoCloseable {

        @Override
        public void close() {
            end.run();
        }
    }

    /**
     * Deletes what an earlier life left.
     *
     * @param directory for the checkpoints; on the store's file system, and used for nothing else
     */
    public ClientCheckpoints(Path directory, SnapshotSource source, LongSupplier nanoClock, RandomGenerator random)
            throws IOException {
        this.directory = directory;
        this.source = source;
        this.nanoClock = nanoClock;
        this.random = random;
        Trees.delete(directory);
    }

    /**
     * Makes one, which takes as long as a flush.
     *
     * @throws SnapshotException TOO_MANY if as many are open as may be
     */
    public Opened open() throws IOException {
        sweep();
        long id;
        Held mine;
        synchronized (this) {
            if (closed || held.size() >= MAX_OPEN) {
                throw new SnapshotException(
                        SnapshotException.Reason.TOO_MANY,
                        closed
                                ? "the member stops"
                                : held.size() + " checkpoints are open already; one that isn't read is let go after "
                                        + IDLE.toMinutes() + " minutes");
            }
            do {
                id = random.nextLong();
            } while (held.containsKey(id));
            mine = new Held(directory.resolve(Long.toHexString(id)), nanoClock.getAsLong());
            mine.uses = 1;
            held.put(id, mine);
        }
        try {
            Files.createDirectories(directory);
            var _ = source.checkpoint(mine.path);
            List<CheckpointFile> files = CheckpointFile.list(mine.path);
            StoreReading.Standing standing = StoreReading.standing(mine.path);
            synchronized (this) {
                mine.files = files.stream().collect(Collectors.toMap(CheckpointFile::name, CheckpointFile::bytes));
                mine.made = true;
            }
            opened.incrementAndGet();
            LOG.info(
                    "checkpoint {} at revision {} opened for a backup: {} files",
                    MemberId.hex(id),
                    standing.revision(),
                    files.size());
            return new Opened(id, standing, files);
        } catch (IOException | RuntimeException e) {
            synchronized (this) {
                held.remove(id);
            }
            delete(mine.path);
            throw e;
        } finally {
            leave(mine);
        }
    }

    /** What {@link #read} calls with a file. */
    public interface FileReading {

        /** Reads what it wants of it. */
        void read(FileChannel file, long bytes) throws IOException;
    }

    /**
     * Has one file read; the checkpoint counts as used meanwhile.
     *
     * @throws SnapshotException if there is no such checkpoint, or no such file in it
     */
    public void read(long id, String name, FileReading reading) throws IOException {
        Long bytes;
        try (Use use = use(id)) {
            synchronized (this) {
                Held one = held.get(id);
                bytes = one == null ? null : one.files.get(name);
            }
            if (bytes == null) {
                throw new SnapshotException(
                        SnapshotException.Reason.BAD_REQUEST,
                        "checkpoint " + MemberId.hex(id) + " has no file of the name asked for");
            }
            try (FileChannel file = FileChannel.open(use.path().resolve(name), StandardOpenOption.READ)) {
                reading.read(file, bytes);
            } catch (NoSuchFileException e) {
                throw unknown(id);
            }
        }
    }

    /** Reads all keys of one, without haste. */
    public KeyspaceDigest digest(long id, BooleanSupplier givenUp) throws IOException {
        try (Use use = use(id)) {
            return StoreReading.digest(use.path(), Rests.of(givenUp));
        }
    }

    /** Lets one go; nothing if it isn't there any more. */
    public void close(long id) {
        Held one;
        synchronized (this) {
            one = held.get(id);
            if (one == null || !one.made) {
                return;
            }
            held.remove(id);
        }
        LOG.info("checkpoint {} is closed", MemberId.hex(id));
        delete(one.path);
    }

    /** Lets go what nobody uses. To be called now and then. */
    public void sweep() {
        List<Path> ends = new ArrayList<>();
        synchronized (this) {
            long now = nanoClock.getAsLong();
            held.entrySet().removeIf(entry -> {
                Held one = entry.getValue();
                boolean idle = one.uses == 0 && now - one.lastUse > IDLE.toNanos();
                if (idle) {
                    LOG.info("checkpoint {} was not used for {} and is let go", MemberId.hex(entry.getKey()), IDLE);
                    ends.add(one.path);
                }
                return idle;
            });
        }
        expired.addAndGet(ends.size());
        ends.forEach(ClientCheckpoints::delete);
    }

    /** How many are open or being made. */
    public synchronized int openCheckpoints() {
        return held.size();
    }

    /** How many were opened since the start. */
    public long opened() {
        return opened.get();
    }

    /** How many were let go since the start because nobody used them. */
    public long expired() {
        return expired.get();
    }

    private Use use(long id) throws SnapshotException {
        Held one;
        synchronized (this) {
            one = held.get(id);
            if (one == null || !one.made) {
                throw unknown(id);
            }
            one.uses++;
        }
        return new Use(one.path, () -> leave(one));
    }

    private synchronized void leave(Held one) {
        one.uses--;
        one.lastUse = nanoClock.getAsLong();
    }

    private static SnapshotException unknown(long id) {
        return new SnapshotException(
                SnapshotException.Reason.UNKNOWN_SNAPSHOT, "checkpoint " + MemberId.hex(id) + " is not open here");
    }

    private static void delete(Path path) {
        try {
            Trees.delete(path);
        } catch (IOException e) {
            LOG.warn("{} could not be deleted; it will be at the next start", path, e);
        }
    }

    /** Opens no more, and deletes all. Who still reads one fails. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            held.clear();
        }
        delete(directory);
    }
}
