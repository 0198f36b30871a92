package dev.mainstay.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.AuthEnableRequest;
import dev.mainstay.etcd.proto.AuthGrpc;
import dev.mainstay.etcd.proto.AuthRoleAddRequest;
import dev.mainstay.etcd.proto.AuthUserAddRequest;
import dev.mainstay.etcd.proto.AuthUserGrantRoleRequest;
import dev.mainstay.etcd.proto.AuthenticateRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log level of a running member. */
class LogLevelTest {

    private static final Logger ROOT = Logger.getLogger("");
    private static final Logger RATIS = Logger.getLogger("org.apache.ratis");
    private static final Logger OURS = Logger.getLogger("dev.mainstay.node.test");

    private static final String PATH = "/config/local/log";

    @TempDir
    Path temp;

    private final Counting heard = new Counting();
    private @Nullable Level before;

    @BeforeEach
    void listen() {
        before = ROOT.getLevel();
        ROOT.addHandler(heard);
    }

    @AfterEach
    void restore() {
        ROOT.removeHandler(heard);
        LogLevel.set(before == null ? Level.INFO : before);
    }

    @Test
    void levelIsChangedWhileTheMemberRuns() throws Exception {
        try (RunningMember member = new RunningMember(temp)) {
            assertThat(put(member, "{\"Level\":\"DEBUG\"}", "")).startsWith("HTTP/1.1 204 ");
            assertThat(member.get(PATH)).endsWith("{\"Level\":\"debug\"}");
            assertThat(heard.count(() -> OURS.log(Level.FINE, "detail"))).isEqualTo(1);
            assertThat(RATIS.isLoggable(Level.FINE)).isTrue();

            assertThat(put(member, "{\"Level\":\"WARNING\"}", "")).startsWith("HTTP/1.1 204 ");
            assertThat(heard.count(() -> OURS.log(Level.INFO, "news"))).isZero();
            assertThat(heard.count(() -> OURS.log(Level.WARNING, "trouble"))).isEqualTo(1);
            assertThat(RATIS.isLoggable(Level.INFO)).isFalse();

            assertThat(put(member, "{\"Level\":\"LOUD\"}", ""))
                    .startsWith("HTTP/1.1 400 ")
                    .endsWith("Invalid log level LOUD\n");
            assertThat(put(member, "{\"Level\":\"DEBUG\"}", "Origin: http://page.example\r\n"))
                    .startsWith("HTTP/1.1 403 ");
            assertThat(put(member, "Level", "")).startsWith("HTTP/1.1 400 ").endsWith("Invalid json body\n");
            assertThat(member.get(PATH)).endsWith("{\"Level\":\"warn\"}");
            assertThat(member.raw(
                            "DELETE " + PATH + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 10_000))
                    .startsWith("HTTP/1.1 405 ")
                    .containsIgnoringCase("allow: GET, PUT");
        }
    }

    @Test
    void withAuthenticationOnTheLevelIsRootsAlone() throws Exception {
        try (RunningMember member = new RunningMember(temp)) {
            AuthGrpc.AuthBlockingStub auth = AuthGrpc.newBlockingStub(member.channel());
            var _ = auth.userAdd(user("root"));
            var _ = auth.userAdd(user("ann"));
            var _ = auth.roleAdd(AuthRoleAddRequest.newBuilder().setName("root").build());
            var _ = auth.userGrantRole(AuthUserGrantRoleRequest.newBuilder()
                    .setUser("root")
                    .setRole("root")
                    .build());
            var _ = auth.authEnable(AuthEnableRequest.getDefaultInstance());

            assertThat(member.get(PATH)).startsWith("HTTP/1.1 403 ");
            assertThat(put(member, "{\"Level\":\"DEBUG\"}", "Authorization: nonsense.1\r\n"))
                    .startsWith("HTTP/1.1 403 ");
            assertThat(put(member, "{\"Level\":\"DEBUG\"}", header(auth, "ann")))
                    .startsWith("HTTP/1.1 403 ")
                    .endsWith("etcdserver: permission denied\n");
            assertThat(put(member, "{\"Level\":\"DEBUG\"}", header(auth, "root")))
                    .startsWith("HTTP/1.1 204 ");
        }
    }

    private static AuthUserAddRequest user(String name) {
        return AuthUserAddRequest.newBuilder().setName(name).setPassword("p").build();
    }

    private static String header(AuthGrpc.AuthBlockingStub auth, String name) {
        return "Authorization: "
                + auth.authenticate(AuthenticateRequest.newBuilder()
                                .setName(name)
                                .setPassword("p")
                                .build())
                        .getToken()
                + "\r\n";
    }

    private static String put(RunningMember member, String body, String headers) throws IOException {
        return member.raw(
                "PUT " + PATH + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers + "Content-Length: "
                        + ByteString.copyFromUtf8(body).size() + "\r\n\r\n" + body,
                10_000);
    }

    /** Counts what reaches the log. */
    private static final class Counting extends Handler {

        private int records;

        int count(Runnable logging) {
            records = 0;
            logging.run();
            return records;
        }

        @Override
        public void publish(LogRecord record) {
            if (isLoggable(record) && "dev.mainstay.node.test".equals(record.getLoggerName())) {
                records++;
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
