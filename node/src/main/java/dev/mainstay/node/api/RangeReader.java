package dev.mainstay.node.api;

import dev.mainstay.node.api.UnaryCalls.Responder;
import dev.mainstay.node.api.transport.Backlog;
import dev.mainstay.node.api.wire.EncodedMessage;
import dev.mainstay.node.api.wire.Reply;
import dev.mainstay.node.api.wire.WireWriter;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.command.RangeQuery;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.mvcc.KvStore;
import io.grpc.Status;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads ranges straight into response bytes. What is surely short runs on the caller's thread, everything else on a few
 * threads of its own, so that an event loop never waits for a long scan.
 */
final class RangeReader implements AutoCloseable {

    /** What a call is told that failed for no fault of its own. */
    static final Status FAILED = Status.UNKNOWN.withDescription("etcdserver: the read failed");

    private static final System.Logger LOG = System.getLogger(RangeReader.class.getName());

    private static final int MAX_WAITING = 4096;
    private static final int FIRST_BYTES = 512;
    private static final long PATIENCE_MILLIS = 5_000;
    private static final int MORE_FIELD = 3;
    private static final int COUNT_FIELD = 4;
    private static final int KVS_FIELD = 2;

    private final KvStore store;
    private final ResponseHeaders headers;
    private final RangeBudget budget;
    private final ThreadPoolExecutor pool;

    /**
     * @param maxBytesInFlight bound on the answers that aren't with the network yet
     * @param maxAnswerBytes bound on one answer, which may exceed the other bound when it is alone
     */
    RangeReader(KvStore store, ResponseHeaders headers, int threads, long maxBytesInFlight, long maxAnswerBytes) {
        this.store = store;
        this.headers = headers;
        this.budget = new RangeBudget(maxBytesInFlight, maxAnswerBytes, PATIENCE_MILLIS);
        AtomicInteger number = new AtomicInteger();
        this.pool = new ThreadPoolExecutor(
                threads, threads, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_WAITING), task -> {
                    Thread thread = new Thread(task, "range-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
    }

    /** Whether a query costs so little that it may be answered on an event loop. */
    static boolean isShort(RangeQuery query) {
        return query.revision() <= 0 && (query.range().isSingle() || query.countOnly());
    }

    /** Answers a short query with a RangeResponse. */
    Answer readShort(RangeQuery query) {
        WireWriter out = new WireWriter(FIRST_BYTES);
        ErrorCode refusal = readInto(out, query);
        return refusal == null ? new Answer(Reply.of(out.finish()), null) : Answer.refused(refusal);
    }

    /**
     * Has a long read made on the threads for them, when the connection's turn has come, or refuses the call.
     *
     * @param read ends the turn when its answer is with the transport, or when there will be none
     */
    void inTurn(Responder<?> responder, Consumer<Turn> read) {
        Backlog backlog = responder.backlog();
        boolean taken = backlog.beginRead(() -> {
            Turn turn = new Turn(backlog);
            execute(responder, turn::end, () -> {
                if (responder.isCancelled()) {
                    turn.end();
                } else {
                    read.accept(turn);
                }
            });
        });
        if (!taken) {
            responder.refuse(ErrorCode.TOO_MANY_REQUESTS);
        }
    }

    /** Runs a task on the threads for long reads, or refuses the call. */
    void execute(Responder<?> responder, Runnable task) {
        execute(responder, () -> {}, task);
    }

    private void execute(Responder<?> responder, Runnable onFailure, Runnable task) {
        boolean taken = execute(() -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "a read failed", e);
                onFailure.run();
                responder.refuse(FAILED);
            }
        });
        if (!taken) {
            onFailure.run();
            responder.refuse(ErrorCode.TOO_MANY_REQUESTS);
        }
    }

    /** Runs a task on the threads for long reads; {@code false} when too many wait already. */
    boolean execute(Runnable task) {
        try {
            pool.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** Answers a query with a RangeResponse, and ends the turn. */
    Answer read(RangeQuery query, Turn turn) {
        return read(query, false, turn::end);
    }

    /** Answers a query with a RangeStreamResponse that holds all of it: for counts. */
    Answer readWrapped(RangeQuery query) {
        return read(query, true, () -> {});
    }

    /** One of the reads that a connection may have made at a time. */
    static final class Turn {

        private final Backlog backlog;
        private final AtomicBoolean ended = new AtomicBoolean();

        private Turn(Backlog backlog) {
            this.backlog = backlog;
        }

        /** Lets the connection's next read begin. */
        void end() {
            if (ended.compareAndSet(false, true)) {
                backlog.readEnded();
            }
        }
    }

    /** An answer that counts against the budget until the transport has it; from then on it is the connection's. */
    private record Budgeted(EncodedMessage message, Runnable handOver) implements Reply {

        @Override
        public EncodedMessage encode() {
            handOver.run();
            return message;
        }

        @Override
        public void discard() {
            handOver.run();
        }
    }

    /** What a read came to: one of the two is there. */
    record Answer(@Nullable Reply reply, @Nullable ErrorCode refusal) {

        static Answer refused(ErrorCode code) {
            return new Answer(null, code);
        }
    }

    private Answer read(RangeQuery query, boolean wrapped, Runnable onEnd) {
        RangeBudget.Share share = budget.share();
        Runnable handOver = () -> {
            share.release();
            onEnd.run();
        };
        boolean handedOver = false;
        try {
            WireWriter out = new WireWriter(FIRST_BYTES, share);
            ErrorCode refusal = readInto(out, query);
            if (refusal != null) {
                return Answer.refused(refusal);
            }
            handedOver = true;
            return new Answer(new Budgeted(wrapped ? wrap(out) : out.finish(), handOver), null);
        } catch (RangeBudget.TooLargeException e) {
            return Answer.refused(ErrorCode.RANGE_TOO_LARGE);
        } catch (RangeBudget.ExhaustedException e) {
            return Answer.refused(ErrorCode.TOO_MANY_REQUESTS);
        } finally {
            if (!handedOver) {
                handOver.run();
            }
        }
    }

    /** Writes a RangeResponse, or answers why there is none. */
    private @Nullable ErrorCode readInto(WireWriter out, RangeQuery query) {
        boolean withValues = !query.keysOnly();
        Outcome outcome = store.stream(query, kv -> {
            out.keyValue(KVS_FIELD, kv, withValues);
            return true;
        });
        if (!(outcome instanceof Outcome.Ranged ranged)) {
            return refusal(outcome);
        }
        out.flag(MORE_FIELD, ranged.more());
        out.number(COUNT_FIELD, ranged.count());
        headers.writeInFront(out, ranged.revision());
        return null;
    }

    /** A RangeResponse as a RangeStreamResponse. */
    static EncodedMessage wrap(WireWriter response) {
        WireWriter out = new WireWriter(response.length() + 16);
        out.message(1, response.toBytes());
        return out.finish();
    }

    static ErrorCode refusal(Outcome outcome) {
        if (outcome instanceof Outcome.Refused(ErrorCode code)) {
            return code;
        }
        throw new IllegalStateException("a range came to " + outcome);
    }

    /** Long reads that wait for a thread. */
    int waiting() {
        return pool.getQueue().size();
    }

    /** Long reads under way. */
    int running() {
        return pool.getActiveCount();
    }

    long bytesInFlight() {
        return budget.usedBytes();
    }

    KvStore store() {
        return store;
    }

    ResponseHeaders headers() {
        return headers;
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
