package dev.mainstay.node.consensus;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.exceptions.RaftException;

/**
 * Puts entries into the log of the member that leads. Hot path: hands them to the division itself, which appends on the
 * calling thread; the public door of Ratis' server would add two thread hops per entry. Any thread.
 */
final class LogAppend implements EntryLog {

    /** The most that the log's own framing adds to a body. */
    static final int FRAME_BYTES = 16;

    /** By then a call has long been answered: at most two entries are under way. */
    private static final int FORGET_AFTER_CALLS = 64;

    private final RatisGroup group;
    private final ClientId client = ClientId.randomId();
    private final AtomicLong calls = new AtomicLong();

    LogAppend(RatisGroup group) {
        this.group = group;
    }

    @Override
    public CompletableFuture<RaftClientReply> append(List<EntryPart> parts, byte[] entry) {
        long call = calls.incrementAndGet();
        RaftClientRequest request = RaftClientRequest.newBuilder()
                .setClientId(client)
                .setServerId(group.self())
                .setGroupId(group.id())
                .setCallId(call)
                // Nothing is ever sent twice here: let Ratis' retry cache forget what must have been answered by now.
                .setRepliedCallIds(call > FORGET_AFTER_CALLS ? List.of(call - FORGET_AFTER_CALLS) : List.of())
                .setType(RaftClientRequest.writeRequestType())
                .setMessage(new EntryMessage(parts, entry))
                .build();
        try {
            return group.division().submitClientRequestAsync(request).thenApply(LogAppend::succeeded);
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static RaftClientReply succeeded(RaftClientReply reply) {
        RaftException refusal = reply.getException();
        if (refusal != null) {
            throw new CompletionException(refusal);
        }
        return reply;
    }
}
