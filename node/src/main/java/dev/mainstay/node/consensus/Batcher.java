package dev.mainstay.node.consensus;

import dev.mainstay.node.command.CommandCodec;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.ErrorCode;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftClientAsynchronousProtocol;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.exceptions.RaftException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Packs waiting proposals into log entries, one thread. Batching is natural: a batch leaves as soon as there is room in
 * the window, with whatever waits then, so a lone caller never waits for company and a thousand share an fsync.
 *
 * <p>Hot path: hands batches to the division itself, which appends on this thread; the public door of Ratis' server would
 * add two thread hops per batch.
 */
final class Batcher {

    private static final Logger LOG = LoggerFactory.getLogger(Batcher.class);
    private static final int FORGET_AFTER_CALLS = 16;
    private static final long RETRY_NANOS = 5_000_000;

    private final ProposalQueue queue;
    private final RaftClientAsynchronousProtocol division;
    private final RaftPeerId self;
    private final RaftGroupId group;
    private final LongSupplier clusterMillis;
    private final LongSupplier nanoClock;
    private final ConsensusMeter meter;
    private final int maxEntryBytes;
    private final ClientId client = ClientId.randomId();
    private final Thread thread;
    private long calls;

    Batcher(
            ProposalQueue queue,
            RaftClientAsynchronousProtocol division,
            RaftPeerId self,
            RaftGroupId group,
            LongSupplier clusterMillis,
            LongSupplier nanoClock,
            ConsensusMeter meter,
            int maxEntryBytes) {
        this.queue = queue;
        this.division = division;
        this.self = self;
        this.group = group;
        this.clusterMillis = clusterMillis;
        this.nanoClock = nanoClock;
        this.meter = meter;
        this.maxEntryBytes = maxEntryBytes;
        this.thread = Thread.ofPlatform().daemon().name("batcher").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Waits, at most so long, for the thread to end after the queue was closed. */
    void join(long millis) throws InterruptedException {
        thread.join(millis);
    }

    private void run() {
        try {
            List<Proposal> proposals;
            while ((proposals = queue.take()) != null) {
                var batch = new ProposalBatch(proposals, clusterMillis.getAsLong(), nanoClock.getAsLong());
                queue.departed(batch);
                send(batch);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(ProposalBatch batch) {
        try {
            byte[] bytes = CommandCodec.encode(batch.commands());
            if (bytes.length > maxEntryBytes) {
                refuse(batch, ErrorCode.REQUEST_TOO_LARGE);
                return;
            }
            meter.proposed(batch.size(), bytes.length);
            var _ = division.submitClientRequestAsync(request(new BatchMessage(batch, bytes)))
                    .whenComplete((reply, thrown) -> answered(batch, reply, thrown));
        } catch (IOException | RuntimeException e) {
            lost(batch, e);
        }
    }

    private RaftClientRequest request(BatchMessage message) {
        long call = ++calls;
        return RaftClientRequest.newBuilder()
                .setClientId(client)
                .setServerId(self)
                .setGroupId(group)
                .setCallId(call)
                // Nothing is ever sent twice: let Ratis' retry cache forget what must have been answered by now.
                .setRepliedCallIds(call > FORGET_AFTER_CALLS ? List.of(call - FORGET_AFTER_CALLS) : List.of())
                .setType(RaftClientRequest.writeRequestType())
                .setMessage(message)
                .build();
    }

    private void answered(ProposalBatch batch, @Nullable RaftClientReply reply, @Nullable Throwable thrown) {
        RaftException refusal = reply == null ? null : reply.getException();
        if (thrown != null || refusal != null) {
            lost(batch, thrown != null ? thrown : refusal);
        }
    }

    /** The batch won't be answered by apply: before it was appended it may simply wait again, after that nobody knows. */
    private void lost(ProposalBatch batch, @Nullable Throwable why) {
        if (!batch.finish()) {
            return;
        }
        LOG.debug("a batch of {} commands was not taken, in log: {}", batch.size(), batch.mayBeInLog(), why);
        if (batch.mayBeInLog()) {
            meter.failed(batch.refuse(ErrorCode.TIMEOUT), ErrorCode.TIMEOUT);
            queue.arrived(batch);
        } else {
            queue.returned(batch);
            if (Thread.currentThread().equals(thread)) {
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
    }

    private void refuse(ProposalBatch batch, ErrorCode code) {
        if (batch.finish()) {
            meter.failed(batch.refuse(code), code);
            queue.arrived(batch);
        }
    }

    /** The outcomes of a batch are known. Apply thread. */
    void applied(ProposalBatch batch, List<Outcome> outcomes) {
        if (batch.finish()) {
            queue.arrived(batch);
        }
        batch.answer(outcomes);
        meter.committed(batch.size(), nanoClock.getAsLong() - batch.handedOverNanos());
    }
}
