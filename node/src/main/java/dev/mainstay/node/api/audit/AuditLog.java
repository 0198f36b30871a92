package dev.mainstay.node.api.audit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The lines on their way to the file: a queue bounded in bytes, and one thread that writes what waits in one go. A line is
 * written when the operating system has it; what a crash of the machine takes isn't noticed. What finds no room or can't be
 * written is counted, and its writer is told. Any thread.
 */
public final class AuditLog implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(AuditLog.class.getName());

    private static final long MAX_WAITING_BYTES = 16 << 20;
    private static final int MOST_AT_ONCE = 1 << 20;
    private static final long CLOSE_MILLIS = 5_000;

    private final RotatedFile file;
    private final Path path;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Line> waiting = new ArrayDeque<>();
    private final LongAdder written = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final Thread thread;
    private long waitingBytes;
    private boolean closed;
    private boolean failing;

    /** A line, and what hears whether it was written. */
    private static final class Line extends CompletableFuture<Void> {

        private final byte[] bytes;

        Line(byte[] bytes) {
            this.bytes = bytes;
        }
    }

    /**
     * Opens the file.
     *
     * @param maxBytes how large a file may get before another takes its place
     * @param kept how many full ones stay
     * @throws IOException if it can't be opened
     */
    public AuditLog(Path path, long maxBytes, int kept) throws IOException {
        this.path = path;
        this.file = new RotatedFile(path, maxBytes, kept);
        this.thread = Thread.ofPlatform().daemon().name("audit").start(this::run);
    }

    /** Writes a line; fails if it couldn't be. Completes on the writing thread: don't block there. */
    CompletableFuture<Void> write(byte[] bytes) {
        Line line = new Line(bytes);
        lock.lock();
        try {
            if (!closed && waitingBytes + bytes.length <= MAX_WAITING_BYTES) {
                waitingBytes += bytes.length;
                waiting.addLast(line);
                changed.signal();
                return line;
            }
        } finally {
            lock.unlock();
        }
        lost.increment();
        return CompletableFuture.failedFuture(new IOException("too many records wait to be written"));
    }

    /** Lines written since the start. */
    public long written() {
        return written.sum();
    }

    /** Lines that couldn't be written, or found no room. */
    public long lost() {
        return lost.sum();
    }

    /** Bytes of lines that wait. */
    public long waitingBytes() {
        lock.lock();
        try {
            return waitingBytes;
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        List<Line> lines = take();
        while (!lines.isEmpty()) {
            write(lines);
            lines = take();
        }
    }

    /** What waits, up to a bound; none when it is over. */
    private List<Line> take() {
        lock.lock();
        try {
            while (waiting.isEmpty() && !closed) {
                changed.awaitUninterruptibly();
            }
            List<Line> taken = new ArrayList<>();
            long bytes = 0;
            while (!waiting.isEmpty() && bytes < MOST_AT_ONCE) {
                Line next = waiting.removeFirst();
                bytes += next.bytes.length;
                taken.add(next);
            }
            waitingBytes -= bytes;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    private void write(List<Line> lines) {
        var all = new ByteArrayOutputStream();
        lines.forEach(line -> all.writeBytes(line.bytes));
        try {
            file.append(all.toByteArray());
        } catch (IOException e) {
            failed(lines, e);
            return;
        }
        written.add(lines.size());
        if (failing) {
            failing = false;
            LOG.log(System.Logger.Level.INFO, "audit records are written to " + path + " again");
        }
        lines.forEach(line -> line.complete(null));
    }

    private void failed(List<Line> lines, IOException why) {
        lost.add(lines.size());
        if (!failing) {
            failing = true;
            LOG.log(
                    System.Logger.Level.WARNING,
                    "audit records can't be written to " + path + ": " + why.getMessage()
                            + ". They are lost, or their calls refused, as the policy says, until this is mended.");
        }
        lines.forEach(line -> line.completeExceptionally(why));
    }

    /** Writes what waits, for a moment. */
    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            closed = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
        try {
            thread.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        file.close();
    }
}
