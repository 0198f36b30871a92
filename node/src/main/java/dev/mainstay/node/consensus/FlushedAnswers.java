package dev.mainstay.node.consensus;

import java.util.function.LongSupplier;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;

/**
 * Lets a follower acknowledge only what its disk has. Ratis answers entries that it holds in memory at once when they
 * come a second time, also while their write is under way; and after a part of the log was replaced, those that replace
 * it. The leader would count a copy that a crash takes away. It hears of less here, and asks again
 * ({@link UnansweredEntries}).
 */
final class FlushedAnswers<Q, A> extends SimpleForwardingServerCall<Q, A> {

    private final LongSupplier flushed;

    /** @param flushed the last entry that the disk has, as Ratis counts; -1 for none */
    FlushedAnswers(ServerCall<Q, A> call, LongSupplier flushed) {
        super(call);
        this.flushed = flushed;
    }

    @Override
    @SuppressWarnings("unchecked")
    public void sendMessage(A answer) {
        super.sendMessage(answer instanceof AppendEntriesReplyProto reply ? (A) honest(reply) : answer);
    }

    private AppendEntriesReplyProto honest(AppendEntriesReplyProto reply) {
        if (reply.getResult() != AppendResult.SUCCESS || reply.getIsHearbeat()) {
            return reply;
        }
        long last = flushed.getAsLong();
        return reply.getMatchIndex() <= last
                ? reply
                : reply.toBuilder().setMatchIndex(last).setNextIndex(last + 1).build();
    }
}
