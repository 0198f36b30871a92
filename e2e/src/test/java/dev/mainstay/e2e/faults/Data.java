package dev.mainstay.e2e.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.e2e.server.TestServer;
import dev.mainstay.etcd.proto.KeyValue;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/** Numbered keys with incompressible values that can be written and checked. */
final class Data {
    private static final Duration EXIT_TIMEOUT = Duration.ofSeconds(30);
    private static final ByteString FIRST = ByteString.copyFromUtf8("data/");
    private static final ByteString END = ByteString.copyFromUtf8("data0");

    private Data() {}

    static void write(TestServer server, int from, int to, int bytes) {
        try (EtcdClient client = new EtcdClient(server.endpoint())) {
            for (int i = from; i < to; i++) {
                put(client, i, bytes);
            }
        }
    }

    static void put(EtcdClient client, int number, int bytes) {
        client.kv()
                .put(PutRequest.newBuilder()
                        .setKey(key(number))
                        .setValue(value(number, bytes))
                        .build());
    }

    static List<KeyValue> read(EtcdClient client) {
        return client.kv()
                .range(RangeRequest.newBuilder().setKey(FIRST).setRangeEnd(END).build())
                .getKvsList();
    }

    static void assertWhole(TestServer server, int count, int bytes) {
        try (EtcdClient client = new EtcdClient(server.endpoint())) {
            List<KeyValue> pairs = read(client);
            assertThat(pairs).hasSize(count);
            for (int i = 0; i < count; i++) {
                assertThat(pairs.get(i).getKey()).isEqualTo(key(i));
                assertThat(pairs.get(i).getValue()).isEqualTo(value(i, bytes));
            }
        }
    }

    /** Starts the server, which must end by itself with an error and words that explain it. */
    static void assertRefusesToStart(TestServer server, String explanation) {
        int logged = server.log().length();
        server.launch();
        int exit = server.awaitExit(EXIT_TIMEOUT);
        assertThat(exit).isNotZero();
        assertThat(server.log().substring(logged)).containsPattern(explanation);
    }

    static ByteString key(int number) {
        return ByteString.copyFromUtf8(String.format("data/%06d", number));
    }

    private static ByteString value(int number, int bytes) {
        byte[] value = new byte[bytes];
        new Random(number).nextBytes(value);
        return ByteString.copyFrom(value);
    }
}
