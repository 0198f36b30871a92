package dev.mainstay.node.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.MethodDescriptor;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.junit.jupiter.api.Test;

class FlushedAnswersTest {

    private final AtomicLong flushed = new AtomicLong();
    private final SentAnswers sent = new SentAnswers();
    private final FlushedAnswers<AppendEntriesRequestProto, AppendEntriesReplyProto> answers =
            new FlushedAnswers<>(sent, flushed::get);

    @Test
    void noMoreIsAcknowledgedThanTheDiskHas() {
        flushed.set(6);
        answers.sendMessage(reply(AppendResult.SUCCESS, 9).build());
        flushed.set(9);
        answers.sendMessage(reply(AppendResult.SUCCESS, 9).build());
        answers.sendMessage(reply(AppendResult.SUCCESS, 8).build());

        assertThat(sent.messages)
                .extracting(AppendEntriesReplyProto::getMatchIndex)
                .containsExactly(6L, 9L, 8L);
        assertThat(sent.messages)
                .extracting(AppendEntriesReplyProto::getNextIndex)
                .containsExactly(7L, 10L, 9L);
    }

    @Test
    void whatAcknowledgesNothingPassesAsItIs() {
        AppendEntriesReplyProto beat =
                reply(AppendResult.SUCCESS, 9).setIsHearbeat(true).build();
        AppendEntriesReplyProto inconsistent =
                reply(AppendResult.INCONSISTENCY, 9).build();

        answers.sendMessage(beat);
        answers.sendMessage(inconsistent);

        assertThat(sent.messages).containsExactly(beat, inconsistent);
    }

    private static AppendEntriesReplyProto.Builder reply(AppendResult result, long match) {
        return AppendEntriesReplyProto.newBuilder()
                .setResult(result)
                .setMatchIndex(match)
                .setNextIndex(match + 1)
                .setTerm(3);
    }

    /** A call that keeps what is sent. */
    private static final class SentAnswers extends ServerCall<AppendEntriesRequestProto, AppendEntriesReplyProto> {

        private final List<AppendEntriesReplyProto> messages = new ArrayList<>();

        @Override
        public void sendMessage(AppendEntriesReplyProto message) {
            messages.add(message);
        }

        @Override
        public void request(int count) {}

        @Override
        public void sendHeaders(Metadata headers) {}

        @Override
        public void close(Status status, Metadata trailers) {}

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public MethodDescriptor<AppendEntriesRequestProto, AppendEntriesReplyProto> getMethodDescriptor() {
            return RaftServerProtocolServiceGrpc.getAppendEntriesMethod();
        }
    }
}
