package dev.mainstay.node.api;

import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.node.api.wire.Reply;
import dev.mainstay.node.api.wire.WireWriter;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.command.RangeQuery;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.common.KeyValue;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One RangeStream call: a range at one revision, in chunks. Each chunk is read when the client has room for it, so that a
 * client that doesn't read costs one chunk. At most one chunk is being read at a time; between two of them nothing is held but
 * the place to read on from.
 */
final class RangeStreaming extends ServerCall.Listener<RangeRequest> {

    private static final System.Logger LOG = System.getLogger(RangeStreaming.class.getName());
    private static final int FIRST_CHUNK_KEYS = 10;
    private static final int CHUNK_BYTES = 256 << 10;

    private final ServerCall<RangeRequest, Reply> call;
    private final RangeReader ranges;
    private final Access access;
    private final RangeQuery query;
    private final AtomicBoolean reading = new AtomicBoolean();
    private long revision;
    private long headerRevision;
    private Bytes from;
    private long sent;
    private volatile boolean started;
    private volatile boolean over;

    private RangeStreaming(ServerCall<RangeRequest, Reply> call, RangeReader ranges, Access access, RangeQuery query) {
        this.call = call;
        this.access = access;
        this.ranges = ranges;
        this.query = query;
        this.from = query.range().from();
    }

    static ServerCall.Listener<RangeRequest> start(
            RangeRequest request,
            ServerCall<RangeRequest, Reply> call,
            KvChecks checks,
            Reads reads,
            Access access,
            RangeReader ranges) {
        ErrorCode refusal = checks.rangeStream(request);
        if (refusal != null) {
            call.close(Statuses.of(refusal), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        RangeStreaming stream = new RangeStreaming(call, ranges, access, KvRequests.range(request));
        if (request.getSerializable()) {
            stream.begin(null);
        } else {
            reads.linearizable(stream::begin);
        }
        return stream;
    }

    @Override
    public void onReady() {
        advance();
    }

    @Override
    public void onCancel() {
        over = true;
    }

    private void begin(@Nullable ErrorCode noBarrier) {
        ErrorCode refusal = noBarrier != null ? noBarrier : access.read(Identity.of(call), query.range());
        if (refusal != null) {
            end(Statuses.of(refusal));
            return;
        }
        headerRevision = ranges.store().revision();
        revision = query.revision() > 0 ? query.revision() : headerRevision;
        started = true;
        advance();
    }

    /** Has the next chunk read if there is room for it and none is being read. */
    private void advance() {
        if (!started || over || !call.isReady() || !reading.compareAndSet(false, true)) {
            return;
        }
        if (!ranges.execute(this::sendChunkOrEnd)) {
            end(Statuses.of(ErrorCode.TOO_MANY_REQUESTS));
        }
    }

    private void sendChunkOrEnd() {
        try {
            sendChunk();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "a read failed", e);
            end(RangeReader.FAILED);
        }
    }

    private void sendChunk() {
        if (over) {
            return;
        }
        if (query.countOnly()) {
            sendCount();
            return;
        }
        Chunk chunk = new Chunk(sent == 0 ? FIRST_CHUNK_KEYS : Long.MAX_VALUE);
        Outcome outcome = ranges.store().stream(rest(), chunk::take);
        if (!(outcome instanceof Outcome.Ranged ranged)) {
            end(Statuses.of(RangeReader.refusal(outcome)));
            return;
        }
        boolean last = !chunk.full || !ranged.more() || sent + chunk.keys == query.limit();
        if (last) {
            chunk.out.flag(3, ranged.more());
            chunk.out.number(4, sent + ranged.count());
            ranges.headers().writeInFront(chunk.out, headerRevision);
        }
        if (sent == 0) {
            call.sendHeaders(new Metadata());
        }
        sent += chunk.keys;
        if (chunk.last != null) {
            from = chunk.last.successor();
        }
        call.sendMessage(Reply.of(RangeReader.wrap(chunk.out)));
        if (last) {
            end(Status.OK);
            return;
        }
        reading.set(false);
        advance();
    }

    private void sendCount() {
        RangeReader.Answer answer = ranges.readWrapped(query);
        if (answer.reply() != null) {
            call.sendHeaders(new Metadata());
            call.sendMessage(answer.reply());
            end(Status.OK);
        } else if (answer.refusal() != null) {
            end(Statuses.of(answer.refusal()));
        }
    }

    private RangeQuery rest() {
        return new RangeQuery(
                new KeyRange(from, query.range().to()),
                query.limit() > 0 ? query.limit() - sent : 0,
                revision,
                RangeQuery.SortOrder.NONE,
                RangeQuery.SortTarget.KEY,
                query.keysOnly(),
                false,
                0,
                0,
                0,
                0);
    }

    private void end(Status status) {
        over = true;
        call.close(status, new Metadata());
    }

    /** The pairs of one message. */
    private final class Chunk {

        private final WireWriter out = new WireWriter(1 << 10);
        private final long maxKeys;
        private @Nullable Bytes last;
        private long keys;
        private boolean full;

        Chunk(long maxKeys) {
            this.maxKeys = maxKeys;
        }

        boolean take(KeyValue kv) {
            out.keyValue(2, kv, !query.keysOnly());
            last = kv.key();
            keys++;
            full = keys >= maxKeys || out.length() >= CHUNK_BYTES;
            return !full;
        }
    }
}
