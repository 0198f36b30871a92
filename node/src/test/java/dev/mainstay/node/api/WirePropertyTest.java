package dev.mainstay.node.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.mainstay.etcd.proto.TxnResponse;
import dev.mainstay.etcd.proto.WatchResponse;
import dev.mainstay.node.api.wire.EncodedMessage;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Event;
import dev.mainstay.node.common.KeyValue;
import dev.mainstay.node.consensus.RaftStatus;
import dev.mainstay.node.testing.Seeds;
import dev.mainstay.node.watch.WatchReply;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What we write by hand, protobuf's own classes read, and write again to the same bytes. */
class WirePropertyTest {

    private static final ResponseHeaders HEADERS = new ResponseHeaders(-1, 7, new Term());

    @Seeds(300)
    void watchMessagesAreProtobuf(long seed) throws InvalidProtocolBufferException {
        Random random = new Random(seed);
        List<Event> events = new ArrayList<>();
        List<Bytes> encoded = new ArrayList<>();
        boolean withPrevious = random.nextBoolean();
        for (int i = random.nextInt(5); i >= 0; i--) {
            Event event = event(random);
            events.add(event);
            encoded.add(new EventMessages().encode(event, withPrevious));
        }
        long watchId = number(random);

        byte[] message = bytes(
                new WatchReplies(HEADERS).encode(new WatchReply.Events(watchId, 9, encoded, random.nextBoolean())));
        WatchResponse read = WatchResponse.parseFrom(message);

        assertThat(read.toByteArray()).isEqualTo(message);
        assertThat(read.getWatchId()).isEqualTo(watchId);
        assertThat(read.getHeader()).isEqualTo(HEADERS.of(9));
        assertThat(read.getEventsCount()).isEqualTo(events.size());
        for (int i = 0; i < events.size(); i++) {
            Event event = events.get(i);
            assertThat(read.getEvents(i).getType().name())
                    .isEqualTo(event.type().name());
            assertThat(read.getEvents(i).getKv()).isEqualTo(proto(event.kv()));
            assertThat(read.getEvents(i).hasPrevKv()).isEqualTo(withPrevious && event.previous() != null);
            if (withPrevious && event.previous() != null) {
                assertThat(read.getEvents(i).getPrevKv()).isEqualTo(proto(event.previous()));
            }
        }
    }

    @Seeds(300)
    void transactionAnswersAreProtobuf(long seed) throws InvalidProtocolBufferException {
        Random random = new Random(seed);
        Outcome.TxnDone done = txn(random, 3);

        byte[] message = bytes(new KvReplies(HEADERS).txn(done));
        TxnResponse read = TxnResponse.parseFrom(message);

        assertThat(read.toByteArray()).isEqualTo(message);
        assertThat(read.getHeader()).isEqualTo(HEADERS.of(done.revision()));
        assertThat(read.getResponsesCount()).isEqualTo(done.results().size());
    }

    private static Outcome.TxnDone txn(Random random, int depth) {
        List<Outcome> results = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            results.add(
                    switch (random.nextInt(depth > 0 ? 4 : 3)) {
                        case 0 -> new Outcome.PutDone(number(random), random.nextBoolean() ? keyValue(random) : null);
                        case 1 -> new Outcome.Deleted(number(random), number(random), List.of(keyValue(random)));
                        case 2 ->
                            new Outcome.Ranged(
                                    number(random),
                                    List.of(keyValue(random), keyValue(random)),
                                    random.nextBoolean(),
                                    number(random));
                        default -> txn(random, depth - 1);
                    });
        }
        return new Outcome.TxnDone(number(random), random.nextBoolean(), results);
    }

    private static Event event(Random random) {
        KeyValue previous = random.nextBoolean() ? keyValue(random) : null;
        return random.nextBoolean()
                ? new Event(Event.Type.PUT, keyValue(random), previous)
                : Event.delete(blob(random), number(random), previous);
    }

    private static KeyValue keyValue(Random random) {
        return new KeyValue(blob(random), number(random), number(random), number(random), blob(random), number(random));
    }

    /** Of any size, zero and negative ones too. */
    private static long number(Random random) {
        return random.nextInt(4) == 0 ? 0 : random.nextLong() >> random.nextInt(64);
    }

    private static Bytes blob(Random random) {
        byte[] bytes = new byte[random.nextInt(3) == 0 ? random.nextInt(40_000) : random.nextInt(200)];
        random.nextBytes(bytes);
        return Bytes.wrap(bytes);
    }

    private static dev.mainstay.etcd.proto.KeyValue proto(KeyValue kv) {
        return dev.mainstay.etcd.proto.KeyValue.newBuilder()
                .setKey(ByteString.copyFrom(kv.key().array()))
                .setCreateRevision(kv.createRevision())
                .setModRevision(kv.modRevision())
                .setVersion(kv.version())
                .setValue(ByteString.copyFrom(kv.value().array()))
                .setLease(kv.lease())
                .build();
    }

    private static byte[] bytes(EncodedMessage message) {
        byte[] body = new byte[message.length()];
        System.arraycopy(
                message.array(), message.frameStart() + EncodedMessage.FRAME_HEADER_BYTES, body, 0, body.length);
        return body;
    }

    /** A leader in its third term. */
    private static final class Term implements RaftStatus {

        @Override
        public long memberId() {
            return 7;
        }

        @Override
        public long leaderId() {
            return 7;
        }

        @Override
        public long term() {
            return 3;
        }

        @Override
        public long committedIndex() {
            return 1;
        }

        @Override
        public long appliedIndex() {
            return 1;
        }
    }
}
