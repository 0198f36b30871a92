package dev.mainstay.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
@ExtendWith(QuietRatis.class)
class EmbeddedMemberTest {

    @TempDir
    Path temp = Path.of("");

    @Test
    void twoInOneProgramDontMeet() {
        try (EmbeddedMember one = EmbeddedMember.builder().start();
                EmbeddedMember two = EmbeddedMember.builder().start();
                Client toOne = new Client(one);
                Client toTwo = new Client(two)) {
            assertThat(toOne.put("key", "of one")).isEqualTo(2);
            assertThat(toTwo.get("key")).isEmpty();
            assertThat(toTwo.put("key", "of two")).isEqualTo(2);
            assertThat(toOne.get("key")).isEqualTo("of one");

            assertThat(toOne.members())
                    .singleElement()
                    .satisfies(member -> assertThat(member.getClientURLsList()).containsExactly(one.endpoint()));
            assertThat(toOne.members().getFirst().getID())
                    .isNotEqualTo(toTwo.members().getFirst().getID());

            one.stop();
            assertThat(toTwo.get("key")).isEqualTo("of two");
        }
    }

    @Test
    void directoryThatWasGivenKeepsItsData() {
        Path data = temp.resolve("data");
        try (EmbeddedMember first =
                        EmbeddedMember.builder().name("a").dataDirectory(data).start();
                Client client = new Client(first)) {
            client.put("key", "value");
        }
        try (EmbeddedMember again =
                        EmbeddedMember.builder().name("a").dataDirectory(data).start();
                Client client = new Client(again)) {
            assertThat(client.get("key")).isEqualTo("value");
            assertThat(client.put("key", "more")).isEqualTo(3);
            assertThat(again.dataDirectory()).isEqualTo(data);
        }
        assertThat(data.resolve("identity.json")).exists();
    }

    @Test
    void stoppedMemberComesBackWhereItWas() throws Exception {
        EmbeddedMember member = EmbeddedMember.builder().start();
        try (Client client = new Client(member)) {
            client.put("key", "value");
            String endpoint = member.endpoint();

            member.stop();
            member.stop();

            assertThat(member.isRunning()).isFalse();
            assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), member.port()))
                    .isInstanceOf(ConnectException.class);

            member.start();
            member.start();

            assertThat(member.isRunning()).isTrue();
            assertThat(member.endpoint()).isEqualTo(endpoint);
            assertThat(client.get("key")).isEqualTo("value");
            assertThat(member.failure()).isNotDone();
        } finally {
            member.close();
            member.close();
        }
        assertThat(member.dataDirectory()).doesNotExist();
        assertThatThrownBy(member::start).isInstanceOf(EmbedException.class).hasMessage("member default is closed");
    }

    @Test
    void flagsReachTheMember() throws IOException {
        try (EmbeddedMember member =
                EmbeddedMember.builder().flags("--enable-grpc-gateway=false").start()) {
            assertThat(get(member, "/v3/kv/range")).startsWith("HTTP/1.1 404 ");
        }
    }

    /** The log is the program's, so no client may change its level. */
    @Test
    void clientsCantChangeTheProgramsLog() throws IOException {
        try (EmbeddedMember member = EmbeddedMember.builder().start()) {
            assertThat(get(member, "/config/local/log")).startsWith("HTTP/1.1 404 ");
            assertThat(get(member, "/health")).startsWith("HTTP/1.1 200 ");
        }
    }

    private static String get(EmbeddedMember member, String path) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), member.port())) {
            String request = "GET " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void badFlagFailsWithItsReason() {
        assertFails("flag provided but not defined: -nonsense", "--nonsense=1");
        assertFails(
                "--election-timeout[1000ms] should be at least as 5 times as --heartbeat-interval[900ms]",
                "--heartbeat-interval=900");
        assertFails("flags must be given as --name=value: \"--strict-reconfig-check\"", "--strict-reconfig-check");
        assertFails(
                "--log-level can't be given to an embedded member:"
                        + " where logs go and how much is logged is for the program to say",
                "--log-level=debug");
        assertFails(
                "--data-dir can't be given to an embedded member: the builder has a method for it",
                "--data-dir=/tmp/x");
    }

    private static void assertFails(String message, String... flags) {
        EmbeddedMember.Builder builder = EmbeddedMember.builder().flags(flags);
        assertThatThrownBy(builder::start).isInstanceOf(EmbedException.class).hasMessage(message);
    }

    @Test
    void whatIsInUseFailsTheStartWithTheReason() throws Exception {
        Path data = temp.resolve("data");
        try (EmbeddedMember first = EmbeddedMember.builder().dataDirectory(data).start();
                Client client = new Client(first)) {
            assertThatThrownBy(() ->
                            EmbeddedMember.builder().clientPort(first.port()).start())
                    .isInstanceOf(EmbedException.class)
                    .hasMessageStartingWith("can't listen on 127.0.0.1:" + first.port() + ": ");
            assertThatThrownBy(
                            () -> EmbeddedMember.builder().dataDirectory(data).start())
                    .isInstanceOf(EmbedException.class)
                    .hasMessageStartingWith(
                            "can't start: data directory " + data + " is owned by another running node");

            client.put("key", "value");
        }
        assertThatThrownBy(() -> EmbeddedMember.builder()
                        .dataDirectory(Files.createFile(temp.resolve("file")))
                        .start())
                .isInstanceOf(EmbedException.class)
                .hasMessageContaining("is a file. Set --data-dir to a directory.");
    }
}
