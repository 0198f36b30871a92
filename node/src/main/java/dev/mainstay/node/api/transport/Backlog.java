package dev.mainstay.node.api.transport;

import io.grpc.Attributes;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Answers of one connection's unary calls that its client hasn't taken yet, in bytes, and the work that waits until it has.
 *
 * <p>A client that asks for much and reads nothing stops its own connection and no other: large reads wait while
 * {@link #READ_AHEAD_BYTES} of answers are outstanding, every other call while {@link #MAX_BYTES} are. What a client costs is
 * so bounded by the latter, the answers being made at that moment, and the largest answer. Any thread.
 */
public final class Backlog {

    /** Where transports keep it among the attributes of a call. */
    public static final Attributes.Key<Backlog> KEY = Attributes.Key.create("backlog");

    /** While so much is outstanding, no large read is begun. */
    static final long READ_AHEAD_BYTES = 16 << 20;

    /** While so much is outstanding, no call is begun. */
    static final long MAX_BYTES = 128 << 20;

    /** Large reads of one connection that are made at once, so that connections share the threads fairly. */
    private static final int READS_AT_ONCE = 4;

    private static final int MAX_WAITING = 4096;

    private final Queue<Runnable> waitingReads = new ArrayDeque<>();
    private final Queue<Runnable> waitingCalls = new ArrayDeque<>();
    private long bytes;
    private int reads;

    /**
     * Begins a large read now or when its turn comes. Whoever makes it calls {@link #readEnded} once its answer is with the
     * transport, or when there will be none.
     *
     * @param start must not block; runs on the caller's thread or one that ends another read or writes an answer
     * @return {@code false} when too many wait already; then it won't run
     */
    public boolean beginRead(Runnable start) {
        synchronized (this) {
            if (!mayRead()) {
                return waitingReads.size() < MAX_WAITING && waitingReads.add(start);
            }
            reads++;
        }
        start.run();
        return true;
    }

    /** A read that was begun is over. */
    public void readEnded() {
        synchronized (this) {
            reads--;
        }
        runNext();
    }

    /** Bytes of answers handed to the network and not taken by it. */
    public synchronized long bytes() {
        return bytes;
    }

    /** Whether no call may begin now. */
    synchronized boolean isFull() {
        return bytes >= MAX_BYTES;
    }

    /** Keeps a call to begin it later, if not too many wait; it may then begin on any thread. */
    synchronized boolean keep(Runnable call) {
        return waitingCalls.size() < MAX_WAITING && waitingCalls.add(call);
    }

    synchronized void add(int more) {
        bytes += more;
    }

    void remove(int less) {
        synchronized (this) {
            bytes -= less;
        }
        runNext();
    }

    private boolean mayRead() {
        return reads < READS_AT_ONCE && bytes < READ_AHEAD_BYTES;
    }

    private void runNext() {
        Runnable next = next();
        while (next != null) {
            next.run();
            next = next();
        }
    }

    private synchronized @Nullable Runnable next() {
        if (!waitingCalls.isEmpty() && bytes < MAX_BYTES) {
            return waitingCalls.remove();
        }
        if (!waitingReads.isEmpty() && mayRead()) {
            reads++;
            return waitingReads.remove();
        }
        return null;
    }
}
