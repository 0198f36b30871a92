package dev.mainstay.e2e.differential;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.Event;
import dev.mainstay.etcd.proto.KeyValue;
import dev.mainstay.etcd.proto.ResponseHeader;
import dev.mainstay.etcd.proto.WatchResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

class WatchTranscriptTest {
    private final WatchTranscript transcript = new WatchTranscript(0);

    @Test
    void howRevisionsAreSpreadOverMessagesDoesNotShow() {
        WatchTranscript other = new WatchTranscript(0);
        transcript.add(message(9, 5, 5, 7));
        other.add(message(5, 5, 5));
        other.add(message(7, 7));

        assertThat(transcript.drain()).isEqualTo(other.drain()).hasSize(3);
    }

    @Test
    void aRevisionInTwoMessagesShows() {
        transcript.add(message(5, 5));
        transcript.add(message(5, 5));

        assertThat(broken()).containsExactly("BROKEN RULE: revision 5 is split over messages");
    }

    @Test
    void aRevisionInTwoFragmentsIsFine() {
        transcript.add(message(5, 5).toBuilder().setFragment(true).build());
        transcript.add(message(5, 5));

        assertThat(broken()).isEmpty();
    }

    @Test
    void anOlderRevisionShows() {
        transcript.add(message(7, 7));
        transcript.add(message(7, 6));

        assertThat(broken()).contains("BROKEN RULE: revision 6 after 7");
    }

    @Test
    void anEventThatProgressHadPromisedShows() {
        transcript.promise(8);
        transcript.add(message(8, 8));

        assertThat(broken()).containsExactly("BROKEN RULE: revision 8 after progress to 8");
    }

    @Test
    void aHeaderBelowItsEventsShows() {
        transcript.add(message(4, 5));

        assertThat(broken()).containsExactly("BROKEN RULE: header revision 4 below an event of 5");
    }

    private List<String> broken() {
        return transcript.drain().stream()
                .filter(line -> line.startsWith("BROKEN"))
                .toList();
    }

    private static WatchResponse message(long header, long... revisions) {
        WatchResponse.Builder message =
                WatchResponse.newBuilder().setHeader(ResponseHeader.newBuilder().setRevision(header));
        for (long revision : revisions) {
            message.addEvents(Event.newBuilder()
                    .setKv(KeyValue.newBuilder()
                            .setKey(ByteString.copyFromUtf8("k"))
                            .setModRevision(revision)));
        }
        return message.build();
    }
}
