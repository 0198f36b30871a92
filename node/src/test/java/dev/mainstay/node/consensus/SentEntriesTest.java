package dev.mainstay.node.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.junit.jupiter.api.Test;

class SentEntriesTest {

    private final SentEntries sent = new SentEntries();

    @Test
    void heartbeatsDoNotCountAsEntries() {
        sent.add(request(1));

        assertThat(sent.withEntries()).isZero();
        assertThat(sent.firstIndex()).isEqualTo(-1);
        assertThat(sent.answered(1)).isNotNull();
    }

    @Test
    void firstIndexIsThatOfTheOldestRequestWithoutAnAnswer() {
        sent.add(request(1, 10, 11));
        sent.add(request(2, 12));
        sent.add(request(3));

        assertThat(sent.firstIndex()).isEqualTo(10);
        assertThat(sent.answered(1)).extracting(SentEntries.Sent::firstIndex).isEqualTo(10L);
        assertThat(sent.withEntries()).isEqualTo(1);
        assertThat(sent.firstIndex()).isEqualTo(12);
    }

    @Test
    void answerToWhatNobodyWaitsForIsNone() {
        sent.add(request(1, 10));
        sent.clear();

        assertThat(sent.answered(1)).isNull();
        assertThat(sent.withEntries()).isZero();
    }

    @Test
    void whatIsTooOldIsForgotten() {
        sent.add(request(1, 10));
        sent.add(request(2));

        assertThat(sent.forget(60_000)).isZero();
        assertThat(sent.forget(0)).isEqualTo(2);
        assertThat(sent.withEntries()).isZero();
        assertThat(sent.firstIndex()).isEqualTo(-1);
    }

    @Test
    void callIsNotMadeTwice() {
        sent.add(request(1));
        AppendEntriesRequestProto again = request(1, 5);

        assertThatThrownBy(() -> sent.add(again)).isInstanceOf(IllegalStateException.class);
    }

    private static AppendEntriesRequestProto request(long callId, long... indices) {
        AppendEntriesRequestProto.Builder request = AppendEntriesRequestProto.newBuilder()
                .setServerRequest(RaftRpcRequestProto.newBuilder().setCallId(callId));
        for (long index : indices) {
            request.addEntries(LogEntryProto.newBuilder().setIndex(index));
        }
        return request.build();
    }
}
