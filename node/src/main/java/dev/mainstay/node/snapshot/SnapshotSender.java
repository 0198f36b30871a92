package dev.mainstay.node.snapshot;

import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.consensus.PeerMethod;
import dev.mainstay.node.consensus.PeerMethods;
import dev.mainstay.node.membership.MemberId;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives checkpoints of this member's state to others, piece by piece. A checkpoint is hard links, so it costs no copy, but
 * it holds the disk space of what has been compacted away since: only {@value #MAX_OPEN} are open at a time, one per
 * member, and one that nobody has read for {@link #IDLE} is let go, at the latest when {@link #sweep} is called next.
 *
 * <p>Any thread. The work runs on two threads of its own, never on the caller's.
 */
public final class SnapshotSender implements AutoCloseable {

    /** How many checkpoints may be open. */
    public static final int MAX_OPEN = 2;

    /** How long a checkpoint stays without being read. */
    public static final Duration IDLE = Duration.ofMinutes(5);

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotSender.class);
    private static final int THREADS = 2;
    private static final int WAITING_REQUESTS = 64;
    private static final int CLOSE_PATIENCE_SECONDS = 10;

    private final Path directory;
    private final SnapshotSource source;
    private final SnapshotMeter meter;
    private final LongSupplier nanoClock;
    private final RandomGenerator random;
    private final ThreadPoolExecutor threads;
    private final Map<Order, Held> held = new LinkedHashMap<>();
    private boolean closed;

    /** Who asked, and what the asker calls it: asking twice, because an answer was lost, opens one. */
    private record Order(long from, long token) {}

    /** A checkpoint and who reads it; its files are known once it has been made. */
    private static final class Held {
        private final long id;
        private final Path path;
        private final long since;
        private final CompletableFuture<Checkpoint> made = new CompletableFuture<>();
        private Map<String, Long> files = Map.of();
        private long lastRead;

        Held(long id, Path path, long now) {
            this.id = id;
            this.path = path;
            this.since = now;
            this.lastRead = now;
        }
    }

    /**
     * Deletes what an earlier life left.
     *
     * @param directory for the checkpoints; on the store's file system, and used for nothing else
     */
    public SnapshotSender(
            Path directory, SnapshotSource source, SnapshotMeter meter, LongSupplier nanoClock, RandomGenerator random)
            throws IOException {
        this.directory = directory;
        this.source = source;
        this.meter = meter;
        this.nanoClock = nanoClock;
        this.random = random;
        Trees.delete(directory);
        threads = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                1,
                TimeUnit.MINUTES,
                new ArrayBlockingQueue<>(WAITING_REQUESTS),
                Thread.ofPlatform().daemon().name("snapshot-sender-", 0).factory());
        threads.allowCoreThreadTimeOut(true);
    }

    /** Answers peers from now on. */
    public void register(PeerMethods methods) {
        methods.register(PeerMethod.OPEN_SNAPSHOT, (from, request) -> answer(() -> open(from, request)));
        methods.register(PeerMethod.READ_SNAPSHOT, (from, request) -> answer(() -> read(from, request)));
        methods.register(PeerMethod.CLOSE_SNAPSHOT, (from, request) -> answer(() -> close(from, request)));
    }

    /** How many checkpoints are open or being made. */
    public synchronized int openSnapshots() {
        return held.size();
    }

    /** Lets go what nobody reads. To be called now and then. */
    public void sweep() {
        List<Runnable> ends = new ArrayList<>();
        synchronized (this) {
            long now = nanoClock.getAsLong();
            for (Iterator<Map.Entry<Order, Held>> all = held.entrySet().iterator(); all.hasNext(); ) {
                Map.Entry<Order, Held> entry = all.next();
                Held one = entry.getValue();
                if (one.made.isDone() && now - one.lastRead > IDLE.toNanos()) {
                    all.remove();
                    LOG.info(
                            "snapshot {} for member {} was not read for {} and is let go",
                            MemberId.hex(one.id),
                            MemberId.hex(entry.getKey().from()),
                            IDLE);
                    ends.add(() -> end(entry.getKey().from(), one, false));
                }
            }
        }
        ends.forEach(Runnable::run);
    }

    private interface Answer {
        byte[] get() throws IOException;
    }

    private CompletableFuture<byte[]> answer(Answer answer) {
        try {
            return CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            return answer.get();
                        } catch (SnapshotException e) {
                            return SnapshotMessages.refused(e);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    },
                    threads);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(
                    new IOException("too many requests for snapshots wait, or the member stops"));
        }
    }

    private byte[] open(long from, byte[] request) throws IOException {
        Order order = new Order(from, SnapshotMessages.open(request));
        sweep();
        Held mine = null;
        Held known;
        List<Runnable> ends = new ArrayList<>();
        synchronized (this) {
            known = held.get(order);
            if (known == null) {
                endOthersOf(from, ends);
                if (held.size() >= MAX_OPEN || closed) {
                    throw new SnapshotException(
                            SnapshotException.Reason.TOO_MANY,
                            held.size() + " snapshots are open for other members already; ask again later");
                }
                long id = random.nextLong();
                mine = new Held(id, directory.resolve(Long.toHexString(id)), nanoClock.getAsLong());
                held.put(order, mine);
            } else {
                known.lastRead = nanoClock.getAsLong();
            }
        }
        ends.forEach(Runnable::run);
        if (mine != null) {
            make(order, mine);
            known = mine;
        }
        if (known == null || !known.made.isDone()) {
            throw new SnapshotException(
                    SnapshotException.Reason.TOO_MANY, "the snapshot is being made; ask again in a moment");
        }
        return SnapshotMessages.opened(known.made.join());
    }

    /** A member reads one at a time: it has given up the one before. Call while holding the lock. */
    private void endOthersOf(long from, List<Runnable> ends) {
        for (Iterator<Map.Entry<Order, Held>> all = held.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<Order, Held> entry = all.next();
            Held one = entry.getValue();
            if (entry.getKey().from() == from && one.made.isDone()) {
                all.remove();
                ends.add(() -> end(from, one, false));
            }
        }
    }

    private void make(Order order, Held mine) throws IOException {
        meter.sendBegan(order.from());
        try {
            Files.createDirectories(directory);
            LogPosition position = source.checkpoint(mine.path);
            List<SnapshotFile> files = files(mine.path);
            Checkpoint made = new Checkpoint(mine.id, position, files);
            synchronized (this) {
                if (closed) {
                    throw new IOException("the member stops");
                }
                mine.files = files.stream().collect(Collectors.toMap(SnapshotFile::name, SnapshotFile::bytes));
                mine.lastRead = nanoClock.getAsLong();
                mine.made.complete(made);
            }
            LOG.info(
                    "snapshot {} at index {} opened for member {}: {} files, {} bytes",
                    MemberId.hex(mine.id),
                    position.index(),
                    MemberId.hex(order.from()),
                    files.size(),
                    made.bytes());
        } catch (IOException | RuntimeException e) {
            synchronized (this) {
                held.remove(order, mine);
            }
            end(order.from(), mine, false);
            throw e;
        }
    }

    /** What belongs to the state; not the text log and lock that opening a checkpoint may leave. */
    private static List<SnapshotFile> files(Path checkpoint) throws IOException {
        List<SnapshotFile> files = new ArrayList<>();
        try (Stream<Path> all = Files.list(checkpoint)) {
            for (Path file : all.sorted().toList()) {
                String name = file.getFileName().toString();
                if (!name.startsWith("LOG") && !name.equals("LOCK")) {
                    files.add(new SnapshotFile(name, Files.size(file)));
                }
            }
        }
        return files;
    }

    private byte[] read(long from, byte[] request) throws IOException {
        SnapshotMessages.Read asked = SnapshotMessages.read(request);
        Held one;
        Long size;
        synchronized (this) {
            one = find(from, asked.id());
            one.lastRead = nanoClock.getAsLong();
            size = one.files.get(asked.name());
        }
        if (size == null) {
            throw bad("snapshot " + MemberId.hex(asked.id()) + " has no file of the name asked for");
        }
        if (asked.length() < 1
                || asked.length() > SnapshotMessages.MAX_READ_BYTES
                || asked.offset() < 0
                || asked.offset() > size - asked.length()) {
            throw bad(asked.length() + " bytes at " + asked.offset() + " of " + asked.name() + ", which has " + size);
        }
        byte[] piece = SnapshotMessages.piece(asked.length());
        ByteBuffer room = SnapshotMessages.room(piece);
        try (var channel = FileChannel.open(one.path.resolve(asked.name()), StandardOpenOption.READ)) {
            long offset = asked.offset();
            while (room.hasRemaining()) {
                int n = channel.read(room, offset);
                if (n < 0) {
                    throw new EOFException(asked.name() + " is shorter than it was");
                }
                offset += n;
            }
        } catch (NoSuchFileException e) {
            throw unknown(asked.id());
        }
        meter.sent(from, asked.length());
        return SnapshotMessages.sealed(piece);
    }

    private byte[] close(long from, byte[] request) throws IOException {
        SnapshotMessages.Close asked = SnapshotMessages.close(request);
        Held one;
        synchronized (this) {
            one = find(from, asked.id());
            held.values().remove(one);
        }
        end(from, one, asked.whole());
        return SnapshotMessages.closed();
    }

    private Held find(long from, long id) throws SnapshotException {
        for (Map.Entry<Order, Held> entry : held.entrySet()) {
            if (entry.getKey().from() == from
                    && entry.getValue().id == id
                    && entry.getValue().made.isDone()) {
                return entry.getValue();
            }
        }
        throw unknown(id);
    }

    private void end(long from, Held one, boolean whole) {
        meter.sendEnded(from, whole, nanoClock.getAsLong() - one.since);
        try {
            Trees.delete(one.path);
        } catch (IOException e) {
            LOG.warn("{} could not be deleted; it will be at the next start", one.path, e);
        }
    }

    private static SnapshotException unknown(long id) {
        return new SnapshotException(
                SnapshotException.Reason.UNKNOWN_SNAPSHOT, "snapshot " + MemberId.hex(id) + " is not open here");
    }

    private static SnapshotException bad(String what) {
        return new SnapshotException(SnapshotException.Reason.BAD_REQUEST, what);
    }

    /** Ends what is under way and deletes all checkpoints. The store is closed by its opener, after. */
    @Override
    public void close() {
        List<Map.Entry<Order, Held>> left;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            left = List.copyOf(held.entrySet());
            held.clear();
        }
        threads.shutdown();
        try {
            if (!threads.awaitTermination(CLOSE_PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("a snapshot is still being made");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Map.Entry<Order, Held> one : left) {
            if (one.getValue().made.isDone()) {
                end(one.getKey().from(), one.getValue(), false);
            }
        }
        try {
            Trees.delete(directory);
        } catch (IOException e) {
            LOG.warn("{} could not be deleted; it will be at the next start", directory, e);
        }
    }
}
