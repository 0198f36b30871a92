package dev.mainstay.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** How often a client may ping: as often as {@code --grpc-keepalive-min-time} says while it has calls open, else hardly ever. */
final class PingsE2E extends OnBothServers {
    private static final int MIN_MILLIS = 250;
    private static final int PING = 6;
    private static final int GOAWAY = 7;
    private static final String TOO_MANY = "\0\0\0\u000btoo_many_pings";

    @Override
    String[] flags() {
        return new String[] {"--grpc-keepalive-min-time=" + MIN_MILLIS + "ms"};
    }

    @Test
    void idleConnectionIsEndedAtTheFourthPing() throws Exception {
        try (RawHttp2 connection = new RawHttp2(server().port())) {
            connection.open();
            ping(connection, 4, 2 * MIN_MILLIS);

            assertThat(connection.awaitFrame(GOAWAY, 0)).endsWith(TOO_MANY);
            assertThat(connection.readAll().closed()).isTrue();
        }
    }

    @Test
    void openCallMayBePingedAtThePaceAllowed() throws Exception {
        try (RawHttp2 connection = new RawHttp2(server().port())) {
            connection.open();
            connection.send(RawHttp2.grpcHeaders(1, "/etcdserverpb.Watch/Watch", ""));
            ping(connection, 8, 2 * MIN_MILLIS);
            assertThat(connection.readAll().closed()).isFalse();

            ping(connection, 4, 10);
            assertThat(connection.awaitFrame(GOAWAY, 0)).endsWith(TOO_MANY);
        }
    }

    @Test
    void answersForgivePings() throws Exception {
        try (RawHttp2 connection = new RawHttp2(server().port())) {
            connection.open();
            for (int call = 0; call < 5; call++) {
                ping(connection, 2, 0);
                int stream = 2 * call + 1;
                connection.send(RawHttp2.grpcHeaders(stream, "/etcdserverpb.Maintenance/Status", ""));
                connection.send(RawHttp2.grpcMessage(stream, 0, 0, new byte[0]));
                assertThat(connection.awaitFrame(RawHttp2.DATA, stream)).isNotEqualTo("closed");
            }
            assertThat(connection.readAll().closed()).isFalse();
        }
    }

    private static void ping(RawHttp2 connection, int times, int everyMillis) throws IOException, InterruptedException {
        for (int i = 0; i < times; i++) {
            connection.send(RawHttp2.frame(PING, 0, 0, new byte[8]));
            Thread.sleep(everyMillis);
        }
    }
}
