package dev.mainstay.node.consensus;

import dev.mainstay.node.command.CommandBatch;
import dev.mainstay.node.command.CommandCodec;
import dev.mainstay.node.command.MalformedCommandException;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes other members' batches into the log while this member leads. The answer only says that the batch was applied here;
 * its outcomes come to its origin through the log.
 */
final class ForwardedBatches implements PeerMethods.Handler {

    private static final byte[] DONE = {};
    private static final String NOT_LEADER = "not leader";

    private final ProposalQueue queue;
    private final BooleanSupplier leads;
    private final OfficeWait office;
    private final EntryAssembler log;
    private final CommitNews news;
    private final LongSupplier committed;
    private final Traces traces;

    /**
     * @param leads whether this member was elected, also before it has taken office
     * @param office where batches wait in between
     * @param committed up to where the log is committed
     */
    ForwardedBatches(
            ProposalQueue queue,
            BooleanSupplier leads,
            OfficeWait office,
            EntryAssembler log,
            CommitNews news,
            LongSupplier committed,
            Traces traces) {
        this.traces = traces;
        this.queue = queue;
        this.leads = leads;
        this.office = office;
        this.log = log;
        this.news = news;
        this.committed = committed;
    }

    @Override
    public CompletableFuture<byte[]> handle(long from, byte[] body) {
        return handle(from, body, null);
    }

    @Override
    public CompletableFuture<byte[]> handle(long from, byte[] body, @Nullable String traceparent) {
        if (inOffice()) {
            return take(from, body, traceparent);
        }
        if (!leads.getAsBoolean()) {
            return refused(NOT_LEADER);
        }
        CompletableFuture<byte[]> taken =
                office.settled().thenCompose(_ -> inOffice() ? take(from, body, traceparent) : refused(NOT_LEADER));
        if (inOffice()) {
            // It took office while this was on its way in.
            office.settle();
        }
        return taken;
    }

    private boolean inOffice() {
        return queue.route() instanceof Route.Here;
    }

    private CompletableFuture<byte[]> take(long from, byte[] body, @Nullable String traceparent) {
        CommandBatch batch;
        try {
            batch = CommandCodec.decodeBody(body);
        } catch (MalformedCommandException e) {
            return refused("malformed batch: " + e.getMessage());
        }
        if (batch.origin().memberId() != from) {
            return refused("a batch of another member");
        }
        news.forwarded(from);
        BatchTrace trace = traceparent == null ? null : traces.forwarded(traceparent, from);
        return log.add(new EntryPart.Forwarded(batch, trace), body)
                .whenComplete((_, _) -> {
                    news.settled(from, committed.getAsLong());
                    if (trace != null) {
                        trace.ended();
                    }
                })
                .thenApply(_ -> DONE);
    }

    private static CompletableFuture<byte[]> refused(String why) {
        return CompletableFuture.failedFuture(new PeerException(PeerException.Reason.FAILED, why));
    }
}
