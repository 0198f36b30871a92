package dev.mainstay.node.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.KVGrpc;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.PutResponse;
import dev.mainstay.node.tls.TestAuthority;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything is replaced in the files of a member while clients write through it over mutual TLS. */
class ClientTlsReloadTest {

    private static final String HOST = "127.0.0.1";
    private static final int CONNECTIONS = 4;
    private static final int CALLS_AT_ONCE = 100;

    private final TestAuthority old = new TestAuthority("old-ca");
    private final TestAuthority next = new TestAuthority("new-ca");
    private final String both = old.pem() + next.pem();

    @TempDir
    Path temp = Path.of("");

    private void believe(String authorities) throws IOException {
        Path fresh = temp.resolve("ca.new");
        Files.writeString(fresh, authorities);
        Files.move(fresh, temp.resolve("ca.pem"), StandardCopyOption.ATOMIC_MOVE);
    }

    private RunningMember start() throws DataDirectoryException, IOException {
        return new RunningMember(
                temp.resolve("data"),
                "--listen-client-urls=https://127.0.0.1:0,http://127.0.0.1:0",
                "--advertise-client-urls=https://127.0.0.1:2379",
                "--cert-file=" + temp.resolve("cert.pem"),
                "--key-file=" + temp.resolve("key.pem"),
                "--trusted-ca-file=" + temp.resolve("ca.pem"),
                "--client-cert-auth");
    }

    @Test
    void nothingFailsWhileEverythingIsReplaced() throws Exception {
        old.issue("m", HOST).write(temp);
        believe(old.pem());
        TlsClients oldClients = new TlsClients(both, old.issue("client"));
        TlsClients newClients = new TlsClients(both, next.issue("client"));
        List<Load> loads = new ArrayList<>();
        try (RunningMember member = start()) {
            try {
                for (int i = 0; i < CONNECTIONS; i++) {
                    loads.add(new Load(oldClients.channel(member.port()), "k" + i));
                }
                awaitMore(loads);
                believe(both);
                awaitReloads(member, 1);
                awaitMore(loads);
                TestAuthority.Issued leaf = next.issue("m", HOST).write(temp);
                awaitReloads(member, 2);
                awaitMore(loads);
                assertThat(newClients.shown(member.port())).isEqualTo(leaf.certificate());
                loads.add(new Load(newClients.channel(member.port()), "new"));
                believe(next.pem());
                awaitReloads(member, 3);
                awaitMore(loads);

                // Who is connected stays; who connects must be believed now, and can't resume what it had.
                ManagedChannel late = oldClients.channel(member.port());
                assertThatThrownBy(() -> put(late, "late").get(20, TimeUnit.SECONDS))
                        .isInstanceOf(ExecutionException.class)
                        .hasCauseInstanceOf(StatusRuntimeException.class);
                late.shutdownNow();
                assertThatThrownBy(() -> oldClients.get(member.port(), "/version", "http/1.1"))
                        .isInstanceOf(IOException.class);
                assertThat(newClients.get(member.port(), "/version", "http/1.1"))
                        .startsWith("HTTP/1.1 200");
                awaitMore(loads);
            } finally {
                for (Load load : loads) {
                    load.close();
                }
            }
            for (Load load : loads) {
                assertThat(load.failure.get()).isNull();
            }
            long done = loads.stream().mapToLong(load -> load.done.get()).sum();
            assertThat(done).isGreaterThan(5_000);
        }
    }

    @Test
    void unusableFilesAreReportedAndWhatWasThereStays() throws Exception {
        TestAuthority.Issued leaf = old.issue("m", HOST).write(temp);
        believe(old.pem());
        TlsClients clients = new TlsClients(both, old.issue("client"));
        try (RunningMember member = start()) {
            Files.writeString(temp.resolve("cert.pem"), "-----BEGIN CERTIFICATE-----\ntorn");
            await(() -> metric(member, "mainstay_client_tls_reload_failures_total") >= 1);
            believe("");
            await(() -> metric(member, "mainstay_client_tls_reload_failures_total") >= 1);
            assertThat(clients.shown(member.port())).isEqualTo(leaf.certificate());
            assertThat(clients.get(member.port(), "/version", "http/1.1")).startsWith("HTTP/1.1 200");

            believe(old.pem());
            TestAuthority.Issued fresh = old.issue("m", HOST).write(temp);
            awaitReloads(member, 1);
            assertThat(clients.shown(member.port())).isEqualTo(fresh.certificate());
        }
    }

    private static ListenableFuture<PutResponse> put(ManagedChannel channel, String key) {
        return KVGrpc.newFutureStub(channel)
                .withDeadlineAfter(60, TimeUnit.SECONDS)
                .put(PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .setValue(ByteString.copyFrom(new byte[100]))
                        .build());
    }

    /** Many puts at once over one connection, until closed or one fails. */
    private static final class Load {

        private final ManagedChannel channel;
        private final AtomicBoolean stopped = new AtomicBoolean();
        private final AtomicLong done = new AtomicLong();
        private final AtomicReference<Throwable> failure = new AtomicReference<>();
        private final Thread thread;

        Load(ManagedChannel channel, String key) {
            this.channel = channel;
            this.thread = Thread.ofPlatform().start(() -> run(key));
        }

        private void run(String key) {
            try {
                while (!stopped.get()) {
                    List<ListenableFuture<PutResponse>> calls = new ArrayList<>();
                    for (int i = 0; i < CALLS_AT_ONCE; i++) {
                        calls.add(put(channel, key + i));
                    }
                    for (ListenableFuture<PutResponse> call : calls) {
                        call.get(60, TimeUnit.SECONDS);
                        done.incrementAndGet();
                    }
                }
            } catch (ExecutionException | TimeoutException | InterruptedException e) {
                failure.set(e);
            }
        }

        void close() throws InterruptedException {
            stopped.set(true);
            thread.join();
            channel.shutdownNow();
        }
    }

    private static void awaitMore(List<Load> loads) throws Exception {
        for (Load load : loads) {
            long goal = load.done.get() + 2 * CALLS_AT_ONCE;
            await(() -> load.done.get() >= goal || load.failure.get() != null);
            assertThat(load.failure.get()).isNull();
        }
    }

    private static void awaitReloads(RunningMember member, int reloads) throws Exception {
        await(() -> metric(member, "mainstay_client_tls_reloads_total") >= reloads);
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(Condition condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("waited in vain").isLessThan(deadline);
            Thread.sleep(50);
        }
    }

    /** By the http URL beside the https one. */
    private static double metric(RunningMember member, String name) throws IOException {
        String address = member.member().clientAddresses().getLast();
        int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream()
                    .write("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.ISO_8859_1));
            String text = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            Matcher line = Pattern.compile("(?m)^" + name + " (.*)$").matcher(text);
            assertThat(line.find()).as(name).isTrue();
            return Double.parseDouble(line.group(1));
        }
    }
}
