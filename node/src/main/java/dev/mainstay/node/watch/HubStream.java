package dev.mainstay.node.watch;

import dev.mainstay.node.common.Invariant;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A stream as the hub sees it. The request methods may be called by any thread and only leave a note for the hub; the rest
 * belongs to the hub thread.
 */
final class HubStream implements WatchStream {

    /** What the client asks; the answer's header is to be at or above {@code floor}. */
    sealed interface Request {

        long floor();

        record Create(WatchSpec spec, long floor) implements Request {}

        record Reject(String reason, long floor) implements Request {}

        record Cancel(long watchId, long floor) implements Request {}

        record Progress(long floor) implements Request {}
    }

    static final long NOTHING_HELD = -1;

    private static final System.Logger LOG = System.getLogger(HubStream.class.getName());

    private final WatchSink sink;
    private final HistorySource history;
    private final int maxPending;
    private final Consumer<HubStream> mailbox;
    private final Queue<Request> requests = new ConcurrentLinkedQueue<>();
    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicBoolean noted = new AtomicBoolean();
    private volatile boolean closed;

    /** Whom its watchers count for. */
    final Object owner;

    final Map<Long, Watcher> watchers = new HashMap<>();

    /** Lagging watchers that wait for {@link #ready}. */
    final Set<Watcher> parked = new LinkedHashSet<>();

    /** How many of the watchers are lagging, parked ones included. */
    int lagging;

    /** The revisions of the oldest and the newest progress request that wait for an answer. */
    long heldFrom = NOTHING_HELD;

    long heldTo = NOTHING_HELD;

    /** No watcher that keeps a held progress request waiting starts above this; 0 when not known. */
    long progressNotBefore;

    /** How many watchers want periodic progress, and when the next look at them is due. */
    int notified;

    long tickAt;
    boolean gone;

    private long nextId;

    HubStream(WatchSink sink, Object owner, HistorySource history, int maxPending, Consumer<HubStream> mailbox) {
        this.sink = sink;
        this.owner = owner;
        this.history = history;
        this.maxPending = maxPending;
        this.mailbox = mailbox;
    }

    @Override
    public void create(WatchSpec spec) {
        enqueue(new Request.Create(spec, history.revision()));
    }

    @Override
    public void reject(String reason) {
        enqueue(new Request.Reject(reason, history.revision()));
    }

    @Override
    public void cancel(long watchId) {
        enqueue(new Request.Cancel(watchId, history.revision()));
    }

    @Override
    public void requestProgress() {
        enqueue(new Request.Progress(history.revision()));
    }

    @Override
    public void ready() {
        note();
    }

    @Override
    public void close() {
        closed = true;
        note();
    }

    private void enqueue(Request request) {
        int count = pending.incrementAndGet();
        Invariant.check(count <= maxPending, "%d requests of one stream are under way, %d allowed", count, maxPending);
        requests.add(request);
        note();
    }

    private void note() {
        if (noted.compareAndSet(false, true)) {
            mailbox.accept(this);
        }
    }

    /** The hub is about to look at the stream: what happens from now on needs a new note. */
    void unnote() {
        noted.set(false);
    }

    boolean isClosed() {
        return closed;
    }

    @Nullable
    Request firstRequest() {
        return requests.peek();
    }

    void requestHandled() {
        requests.remove();
        pending.decrementAndGet();
        guarded(sink::requestHandled);
    }

    boolean isReady() {
        return !closed && sink.isReady();
    }

    void send(WatchReply reply) {
        if (!closed) {
            guarded(() -> sink.send(reply));
        }
    }

    /** A transport that throws is broken: its stream ends, the others go on. */
    private void guarded(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "watch stream ended: its transport failed", e);
            close();
        }
    }

    /** The next free id, counting up from 0; ids do not come back. */
    long chooseId() {
        while (watchers.containsKey(nextId)) {
            nextId++;
        }
        return nextId++;
    }
}
