package dev.mainstay.node.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.KVGrpc;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.PutResponse;
import dev.mainstay.node.tls.TestAuthority;
import dev.mainstay.node.tls.TlsException;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A member with https:// client URLs, and clients with good and bad certificates over real sockets. */
class ClientTlsTest {

    private static final String HOST = "127.0.0.1";

    private final TestAuthority authority = new TestAuthority("ca");
    private final TlsClients anonymous = new TlsClients(authority.pem(), null);
    private final TlsClients known = new TlsClients(authority.pem(), authority.issue("client", HOST));

    @TempDir
    Path temp = Path.of("");

    @BeforeEach
    void files() throws IOException {
        authority.issue("m", HOST).write(temp);
        believe(authority.pem());
    }

    private void believe(String authorities) throws IOException {
        Path fresh = temp.resolve("ca.new");
        Files.writeString(fresh, authorities);
        Files.move(fresh, temp.resolve("ca.pem"), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Server-only TLS, besides what else is given. */
    private RunningMember start(String... more) throws DataDirectoryException, IOException {
        List<String> flags = new ArrayList<>(List.of(
                "--listen-client-urls=https://127.0.0.1:0,http://127.0.0.1:0",
                "--advertise-client-urls=https://127.0.0.1:2379",
                "--cert-file=" + temp.resolve("cert.pem"),
                "--key-file=" + temp.resolve("key.pem")));
        flags.addAll(Arrays.asList(more));
        return new RunningMember(temp.resolve("data"), flags.toArray(String[]::new));
    }

    private RunningMember startMutual(String... more) throws DataDirectoryException, IOException {
        List<String> flags =
                new ArrayList<>(List.of("--trusted-ca-file=" + temp.resolve("ca.pem"), "--client-cert-auth"));
        flags.addAll(Arrays.asList(more));
        return start(flags.toArray(String[]::new));
    }

    private static int plainPort(RunningMember member) {
        String address = member.member().clientAddresses().getLast();
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    private static PutResponse put(ManagedChannel channel) {
        return KVGrpc.newBlockingStub(channel)
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .put(PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("k"))
                        .setValue(ByteString.copyFromUtf8("v"))
                        .build());
    }

    private static void taken(RunningMember member, TlsClients clients) throws IOException {
        ManagedChannel channel = clients.channel(member.port());
        try {
            assertThat(put(channel).hasHeader()).isTrue();
        } finally {
            channel.shutdownNow();
        }
        assertThat(clients.get(member.port(), "/version", "http/1.1")).startsWith("HTTP/1.1 200");
    }

    private static void refused(RunningMember member, TlsClients clients) {
        ManagedChannel channel = clients.channel(member.port());
        try {
            assertThatThrownBy(() -> put(channel))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            failure -> assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
        } finally {
            channel.shutdownNow();
        }
        assertThatThrownBy(() -> clients.get(member.port(), "/version", "http/1.1"))
                .isInstanceOf(IOException.class);
    }

    private static double metric(RunningMember member, String name) throws IOException {
        return metric(anyoneGets(member, "/metrics"), name);
    }

    private static double metric(String text, String name) {
        var line = Pattern.compile("(?m)^" + Pattern.quote(name) + " (.*)$").matcher(text);
        assertThat(line.find()).as(name).isTrue();
        return Double.parseDouble(line.group(1));
    }

    /** By the http URL beside the https one. */
    private static String anyoneGets(RunningMember member, String path) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), plainPort(member))) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @CsvSource({"TLS1.2", "TLS1.3"})
    void anonymousClientsAreServedWhereNobodyIsAsked(String version) throws Exception {
        try (RunningMember member = start("--tls-min-version=" + version, "--tls-max-version=" + version)) {
            taken(member, anonymous);
            taken(member, known);
            refused(member, new TlsClients(new TestAuthority("other").pem(), null));

            try (SSLSocket socket = anonymous.connect(member.port(), "h2", "http/1.1")) {
                assertThat(socket.getApplicationProtocol()).isEqualTo("h2");
                assertThat(socket.getSession().getProtocol()).isEqualTo(version.replace("TLS", "TLSv"));
            }
            assertThat(anyoneGets(member, "/version")).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void httpIsAgreedUponOrRefused() throws Exception {
        try (RunningMember member = start()) {
            try (SSLSocket socket = anonymous.connect(member.port(), "http/1.1")) {
                assertThat(socket.getApplicationProtocol()).isEqualTo("http/1.1");
            }
            assertThat(anonymous.get(member.port(), "/health")).contains("\"health\":\"true\"");
            assertThatThrownBy(() -> anonymous.connect(member.port(), "spdy/1"))
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("no_application_protocol");
        }
    }

    @Test
    void onlyCertificatesOfTheAuthorityAreTakenWhereClientsAreAsked() throws Exception {
        Instant yesterday = Instant.now().minus(Duration.ofDays(1));
        TestAuthority.Issued expired = authority.issue("late", yesterday.minus(Duration.ofDays(1)), yesterday, HOST);
        Instant tomorrow = Instant.now().plus(Duration.ofDays(1));
        TestAuthority.Issued early = authority.issue("early", tomorrow, tomorrow.plus(Duration.ofDays(1)), HOST);
        TestAuthority.Issued foreign = new TestAuthority("ca").issue("client", HOST);

        try (RunningMember member = startMutual()) {
            taken(member, known);
            // Where they call from is nobody's business, unlike with peers.
            taken(member, new TlsClients(authority.pem(), authority.issue("elsewhere", "192.0.2.1")));
            assertThat(metric(member, "mainstay_client_tls_failures_total")).isZero();
            refused(member, anonymous);
            refused(member, new TlsClients(authority.pem(), expired));
            refused(member, new TlsClients(authority.pem(), early));
            refused(member, new TlsClients(authority.pem(), foreign));
            assertThat(metric(member, "mainstay_client_tls_failures_total")).isGreaterThanOrEqualTo(4);
            assertThat(metric(member, "mainstay_client_tls_handshakes")).isZero();
        }
    }

    @Test
    void anAuthorityAloneAsksClientsToo() throws Exception {
        try (RunningMember member = start("--trusted-ca-file=" + temp.resolve("ca.pem"))) {
            taken(member, known);
            refused(member, anonymous);
        }
    }

    @ParameterizedTest
    @CsvSource({"cn", "hostname"})
    void namesOfClientsCanBeRestricted(String kind) throws Exception {
        try (RunningMember member = startMutual("--client-cert-allowed-" + kind + "=a.example,b.example")) {
            taken(member, new TlsClients(authority.pem(), authority.issue("a.example", "x.example", "b.example")));
            refused(member, new TlsClients(authority.pem(), authority.issue("c.example", "c.example")));
            refused(member, anonymous);
        }
    }

    @Test
    void revokedCertificatesAreRefusedOnEveryListener() throws Exception {
        TestAuthority.Issued revoked = authority.issue("client", HOST);
        Files.write(temp.resolve("crl"), authority.revoking());
        TlsClients gone = new TlsClients(authority.pem(), revoked);
        int httpPort = freePort();
        try (RunningMember member = startMutual(
                "--client-crl-file=" + temp.resolve("crl"),
                "--listen-client-http-urls=https://127.0.0.1:" + httpPort)) {
            put(member, gone);
            assertThat(gone.get(httpPort, "/version", "http/1.1")).startsWith("HTTP/1.1 200");

            Files.write(temp.resolve("crl"), authority.revoking(revoked));
            awaitReloads(httpPort, 1);

            assertThatThrownBy(() -> put(member, gone)).isInstanceOf(StatusRuntimeException.class);
            assertThatThrownBy(() -> gone.get(httpPort, "/version", "http/1.1")).isInstanceOf(IOException.class);
            put(member, known);
            assertThat(known.get(httpPort, "/version", "http/1.1")).startsWith("HTTP/1.1 200");
        }
    }

    private static void put(RunningMember member, TlsClients clients) {
        ManagedChannel channel = clients.channel(member.port());
        try {
            put(channel);
        } finally {
            channel.shutdownNow();
        }
    }

    private void awaitReloads(int httpPort, int reloads) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (metric(known.get(httpPort, "/metrics", "http/1.1"), "mainstay_client_tls_reloads_total") < reloads) {
            assertThat(System.nanoTime()).as("no reload").isLessThan(deadline);
            Thread.sleep(50);
        }
    }

    @Test
    void memberTellsWhatItUses() throws Exception {
        TestAuthority.Issued leaf = authority.issue("m", HOST).write(temp);
        String bundle = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(temp.resolve("ca.pem"))));
        try (RunningMember member = startMutual()) {
            String metrics = anyoneGets(member, "/metrics");
            assertThat(metric(metrics, certificateMetric(leaf))).isEqualTo(endSeconds(leaf));
            assertThat(metric(metrics, "mainstay_client_certificate_expiry_timestamp_seconds"))
                    .isEqualTo(endSeconds(leaf));
            assertThat(metrics)
                    .contains("mainstay_tls_trusted_bundle{endpoint=\"client\",sha256=\"" + bundle + "\"} 1");

            TestAuthority.Issued fresh = authority.issue("m", HOST).write(temp);
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (!known.shown(member.port()).equals(fresh.certificate())) {
                assertThat(System.nanoTime()).as("not replaced").isLessThan(deadline);
                Thread.sleep(50);
            }

            assertThat(anyoneGets(member, "/metrics"))
                    .contains(certificateMetric(fresh) + " ")
                    .doesNotContain(certificateMetric(leaf) + " ");
        }
    }

    private static double endSeconds(TestAuthority.Issued leaf) {
        return (double) leaf.certificate().getNotAfter().toInstant().getEpochSecond();
    }

    private static String certificateMetric(TestAuthority.Issued leaf) {
        return "mainstay_tls_certificate_expiry_timestamp_seconds{endpoint=\"client\",serial=\""
                + leaf.certificate().getSerialNumber().toString(16) + "\",use=\"serving\"}";
    }

    @Test
    void memberMakesItsOwnCertificateAndKeepsIt() throws Exception {
        String[] flags = {
            "--listen-client-urls=https://127.0.0.1:0", "--advertise-client-urls=https://127.0.0.1:2379", "--auto-tls"
        };
        Path made = temp.resolve("data/fixtures/client/cert.pem");
        String first;
        try (RunningMember member = new RunningMember(temp.resolve("data"), flags)) {
            first = Files.readString(made);
            assertThat(new TlsClients(first, null).get(member.port(), "/version"))
                    .startsWith("HTTP/1.1 200");
        }
        try (RunningMember member = new RunningMember(temp.resolve("data"), flags)) {
            assertThat(new TlsClients(first, null).get(member.port(), "/version"))
                    .startsWith("HTTP/1.1 200");
        }
        assertThat(made).hasContent(first);
    }

    @Test
    void grpcIsAloneWhereHttpHasItsOwnUrls() throws Exception {
        int httpPort = freePort();
        int metricsPort = freePort();
        try (RunningMember member = start(
                "--listen-client-http-urls=https://127.0.0.1:" + httpPort,
                "--listen-metrics-urls=https://127.0.0.1:" + metricsPort)) {
            put(member, anonymous);
            try (SSLSocket socket = anonymous.connect(member.port(), "h2", "http/1.1")) {
                assertThat(socket.getApplicationProtocol()).isEqualTo("h2");
            }
            assertThatThrownBy(() -> anonymous.get(member.port(), "/version", "http/1.1"))
                    .isInstanceOf(SSLException.class);
            assertThat(anonymous.get(member.port(), "/version")).startsWith("HTTP/1.1 404");
            assertThat(anyoneGets(member, "/version")).startsWith("HTTP/1.1 404");

            assertThat(anonymous.get(httpPort, "/version", "http/1.1")).startsWith("HTTP/1.1 200");
            assertThat(anonymous.get(httpPort, "/health", "http/1.1")).contains("\"health\":\"true\"");
            assertThat(anonymous.get(metricsPort, "/metrics", "http/1.1")).contains("etcd_server_has_leader 1");
            assertThat(anonymous.get(metricsPort, "/readyz", "http/1.1")).startsWith("HTTP/1.1 200");
            assertThat(anonymous.get(metricsPort, "/version", "http/1.1")).startsWith("HTTP/1.1 404");
        }
    }

    @Test
    void hostsAreCheckedInPlaintextAlone() throws Exception {
        try (RunningMember member = start("--host-whitelist=example.com")) {
            assertThat(anyoneGets(member, "/version")).startsWith("HTTP/1.1 421");
            assertThat(anonymous.get(member.port(), "/version")).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void garbageAndSilenceHarmNobody() throws Exception {
        try (RunningMember member = startMutual()) {
            List<Socket> silent = new ArrayList<>();
            try {
                for (int i = 0; i < 50; i++) {
                    Socket socket = new Socket(InetAddress.getLoopbackAddress(), member.port());
                    silent.add(socket);
                    if (i % 2 == 0) {
                        // The head of a TLS record that never ends.
                        socket.getOutputStream().write(new byte[] {0x16, 3, 1, 0x40, 0, 1});
                    }
                }
                awaitHandshakes(member, 50);
                for (String garbage :
                        List.of("GET / HTTP/1.1\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\0\0\0\0\0\0")) {
                    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), member.port())) {
                        socket.setSoTimeout(20_000);
                        socket.getOutputStream().write(garbage.getBytes(StandardCharsets.ISO_8859_1));
                        assertThat(socket.getInputStream().readAllBytes().length)
                                .isLessThan(20);
                    }
                }
                taken(member, known);
                assertThat(metric(member, "mainstay_client_tls_failures_total")).isEqualTo(3);

                // Then they are let go.
                awaitHandshakes(member, 0);
                assertThat(metric(member, "mainstay_client_tls_failures_total")).isEqualTo(53);
                assertThat(metric(member, "mainstay_client_tls_handshakes_dropped_total"))
                        .isZero();
                taken(member, known);
            } finally {
                for (Socket socket : silent) {
                    socket.close();
                }
            }
        }
    }

    private static void awaitHandshakes(RunningMember member, int count) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (metric(member, "mainstay_client_tls_handshakes") != count) {
            assertThat(System.nanoTime()).as("handshakes").isLessThan(deadline);
            Thread.sleep(50);
        }
    }

    @Test
    void halfOpenHandshakesBeyondTheMostMakeRoom() throws Exception {
        try (RunningMember member = start()) {
            List<Socket> silent = new ArrayList<>();
            try {
                for (int i = 0; i < 1_100; i++) {
                    silent.add(new Socket(InetAddress.getLoopbackAddress(), member.port()));
                }
                awaitHandshakes(member, 1_024);
                taken(member, anonymous);
                assertThat(metric(member, "mainstay_client_tls_handshakes_dropped_total"))
                        .isBetween(76.0, 80.0);
            } finally {
                for (Socket socket : silent) {
                    socket.close();
                }
            }
        }
    }

    @Test
    void probesOfThePortAreNoFailures() throws Exception {
        try (RunningMember member = start()) {
            for (int i = 0; i < 20; i++) {
                new Socket(InetAddress.getLoopbackAddress(), member.port()).close();
            }
            awaitHandshakes(member, 0);
            taken(member, anonymous);
            assertThat(metric(member, "mainstay_client_tls_failures_total")).isZero();
        }
    }

    @Test
    void unusableFilesEndTheStart() throws Exception {
        Files.delete(temp.resolve("key.pem"));

        assertThatThrownBy(this::start)
                .isInstanceOf(TlsException.class)
                .hasMessage("--key-file " + temp.resolve("key.pem")
                        + " doesn't exist. Put the file there, or correct --key-file.");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
