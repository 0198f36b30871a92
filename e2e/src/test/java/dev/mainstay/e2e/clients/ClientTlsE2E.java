package dev.mainstay.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.e2e.server.FreePorts;
import dev.mainstay.e2e.server.OpenSsl;
import dev.mainstay.e2e.server.Place;
import dev.mainstay.e2e.server.Program;
import dev.mainstay.e2e.server.TestServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** TLS for clients as operators set it up, with etcdctl; the same of a real etcd. */
@Tag("clients")
class ClientTlsE2E {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final char[] PASSWORD = "secret".toCharArray();

    @TempDir
    private Path dir;

    private OpenSsl authority;
    private final Place place = Place.onLoopback("default");
    private final int port = FreePorts.next();
    private final String secure = "https://127.0.0.1:" + port;

    @BeforeEach
    void files() throws IOException {
        authority = new OpenSsl(dir.resolve("ca"), "own-ca");
        authority.issue(server(), "server");
        authority.issue(dir.resolve("good"), "client");
        believe(authority.pem());
    }

    private Path server() {
        return dir.resolve("server-tls");
    }

    private void believe(String authorities) throws IOException {
        Path fresh = server().resolve("ca.new");
        Files.writeString(fresh, authorities);
        Files.move(fresh, server().resolve("ca.pem"), StandardCopyOption.ATOMIC_MOVE);
    }

    /** With a https client URL beside the http one that tells when the server is ready. */
    private TestServer start(Program program, String... more) {
        List<String> flags = new ArrayList<>(List.of(
                "--initial-cluster=default=" + place.peerUrl(),
                "--listen-client-urls=" + secure + "," + place.clientUrl(),
                "--advertise-client-urls=" + secure,
                "--cert-file=" + server().resolve("cert.pem"),
                "--key-file=" + server().resolve("key.pem")));
        flags.addAll(List.of(more));
        return TestServer.stopped(program, dir.resolve("server"), place, flags).start();
    }

    private TestServer startMutual(Program program, String... more) {
        List<String> flags =
                new ArrayList<>(List.of("--trusted-ca-file=" + server().resolve("ca.pem"), "--client-cert-auth"));
        flags.addAll(List.of(more));
        return start(program, flags.toArray(String[]::new));
    }

    /** What etcdctl answers with the certificate in a folder, or with none. */
    private ProgramRun.Result put(Path authorities, String folder) {
        List<String> arguments = new ArrayList<>(
                List.of("put", "k", "v", "--dial-timeout=3s", "--command-timeout=3s", "--cacert=" + authorities));
        if (!folder.isEmpty()) {
            arguments.add("--cert=" + dir.resolve(folder).resolve("cert.pem"));
            arguments.add("--key=" + dir.resolve(folder).resolve("key.pem"));
        }
        return new Etcdctl(secure).run(arguments.toArray(String[]::new));
    }

    private ProgramRun.Result put(String folder) {
        return put(dir.resolve("ca/ca.pem"), folder);
    }

    private void taken(String folder) {
        ProgramRun.Result result = put(folder);
        assertThat(result.out()).as("%s", result).isEqualTo("OK\n");
    }

    private void refused(String folder) {
        ProgramRun.Result result = put(folder);
        assertThat(result.code()).as("%s", result).isEqualTo(1);
        assertThat(result.out()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void serverProvesItselfAndAsksNobody(Program program) {
        OpenSsl other = new OpenSsl(dir.resolve("other-ca"), "other-ca");
        try (TestServer server = start(program)) {
            taken("");
            taken("good");
            assertThat(put(dir.resolve("other-ca/ca.pem"), "").code()).isEqualTo(1);
            assertThat(other.pem()).isNotEqualTo(authority.pem());
            assertThat(new Etcdctl(server.endpoint()).out("get", "k")).isEqualTo("k\nv\n");
        }
    }

    @ParameterizedTest
    @EnumSource
    void theNameInACertificateIsAUser(Program program) throws Exception {
        authority.issue(dir.resolve("stranger"), "eve");
        try (TestServer server = startMutual(program)) {
            Etcdctl plain = new Etcdctl(server.endpoint());
            plain.out("user", "add", "root:toor");
            plain.out("user", "grant-role", "root", "root");
            plain.out("user", "add", "client", "--no-password");
            plain.out("role", "add", "some");
            plain.out("role", "grant-permission", "some", "write", "k");
            plain.out("user", "grant-role", "client", "some");
            plain.out("auth", "enable");

            taken("good");
            ProgramRun.Result denied = put("stranger");
            assertThat(denied.code()).as("%s", denied).isEqualTo(1);
            assertThat(denied.err()).contains("etcdserver: permission denied");
            assertThat(plain.run("put", "k", "v").err()).contains("etcdserver: user name is empty");
            assertThat(plain.out("get", "k", "--user=root:toor")).isEqualTo("k\nv\n");

            // A gateway's own certificate says nothing of whom it calls for.
            for (String path : List.of("/v3/kv/range", "/v3beta/kv/range", "/v3/no/such")) {
                HttpResponse<String> answer = post(secure + path, "{\"key\":\"aw==\"}");
                assertThat(answer.statusCode()).as(path).isEqualTo(400);
                assertThat(answer.body())
                        .isEqualTo("CommonName of client sending a request against gateway will be ignored and not"
                                + " used as expected\n");
            }
            assertThat(get(HttpClient.Version.HTTP_1_1, secure + "/health").statusCode())
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @EnumSource
    void socketFilesServeClients(Program program) throws Exception {
        Path open = dir.resolve("open.sock");
        Path tls = dir.resolve("tls.sock");
        authority.issueFor(server(), "server", "DNS:tls.sock");
        String urls = "--listen-client-urls=" + place.clientUrl() + ",unix://" + open + ",unixs://" + tls;
        try (TestServer server = start(program, urls)) {
            Etcdctl overSocket = new Etcdctl("unix://" + open);
            assertThat(overSocket.out("put", "k", "over a socket")).isEqualTo("OK\n");
            assertThat(new Etcdctl(server.endpoint()).out("get", "k")).isEqualTo("k\nover a socket\n");
            assertThat(new Etcdctl("unixs://" + tls).out("get", "k", "--cacert=" + dir.resolve("ca/ca.pem")))
                    .isEqualTo("k\nover a socket\n");
            assertThat(new Etcdctl("unix://" + tls)
                            .run("get", "k", "--command-timeout=1s")
                            .code())
                    .isNotZero();

            server.kill9();
            assertThat(open).exists();
            server.start();
            assertThat(overSocket.out("get", "k")).isEqualTo("k\nover a socket\n");

            server.stop();
            assertThat(open).doesNotExist();
            assertThat(tls).doesNotExist();
        }
    }

    @Test
    void socketFileOfAServerThatRunsIsNotTaken() throws Exception {
        Path socket = dir.resolve("taken.sock");
        Path file = Files.writeString(dir.resolve("file"), "precious");
        try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.bind(UnixDomainSocketAddress.of(socket));
            try (TestServer server = stopped("unix://" + socket)) {
                server.launch();
                assertThat(server.awaitExit(PATIENCE)).isEqualTo(1);
                assertThat(server.log()).contains("can't listen on unix://" + socket + ": address already in use");
            }
            assertThat(socket).exists();
        }
        try (TestServer server = stopped("unix://" + file)) {
            server.launch();
            assertThat(server.awaitExit(PATIENCE)).isEqualTo(1);
            assertThat(server.log()).contains("it is there and is not a socket");
        }
        assertThat(file).hasContent("precious");
    }

    private TestServer stopped(String url) {
        return TestServer.stopped(
                Program.MAINSTAY,
                dir.resolve("server"),
                place,
                List.of(
                        "--initial-cluster=default=" + place.peerUrl(),
                        "--listen-client-urls=" + url,
                        "--advertise-client-urls=" + url));
    }

    @ParameterizedTest
    @EnumSource
    void clientsProveThemselves(Program program) {
        OpenSsl other = new OpenSsl(dir.resolve("other-ca"), "own-ca");
        other.issue(dir.resolve("foreign"), "client");
        authority.issueExpired(dir.resolve("expired"), "client");
        authority.issue(dir.resolve("revoked"), "client");
        authority.issueFor(dir.resolve("elsewhere"), "client", "IP:192.0.2.1");
        Path list = dir.resolve("crl");
        authority.revoke(list, dir.resolve("revoked/cert.pem"));
        try (TestServer server = startMutual(program, "--client-crl-file=" + list)) {
            taken("good");
            taken("elsewhere");
            for (String bad : List.of("", "foreign", "expired", "revoked")) {
                refused(bad);
            }
            taken("good");
            assertThat(server.isRunning()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void namesOfClientsCanBeRestricted(Program program) {
        authority.issueFor(dir.resolve("named"), "client", "DNS:x.example,DNS:a.example");
        authority.issueFor(dir.resolve("misnamed"), "a.example", "DNS:b.example");
        try (TestServer server = startMutual(program, "--client-cert-allowed-hostname=a.example")) {
            taken("named");
            refused("misnamed");
            refused("good");
            assertThat(server.isRunning()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void httpIsServedOnTheSamePortInBothVersions(Program program) throws Exception {
        try (TestServer _ = startMutual(program)) {
            for (HttpClient.Version version : HttpClient.Version.values()) {
                HttpResponse<String> answer = get(version, secure + "/version");
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.body()).contains("\"etcdserver\":\"3.");
                assertThat(get(version, secure + "/health").body()).contains("\"health\":\"true\"");
                assertThat(answer.version()).isEqualTo(version);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void certificatesAreReplacedWithoutARestart(Program program) throws Exception {
        OpenSsl next = new OpenSsl(dir.resolve("next-ca"), "next-ca");
        Path nextPem = dir.resolve("next-ca/ca.pem");
        try (TestServer server = startMutual(program)) {
            taken("good");
            assertThat(put(nextPem, "good").code()).isEqualTo(1);
            long pid = server.pid();

            next.issue(server(), "server");

            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (put(nextPem, "good").code() != 0) {
                assertThat(System.nanoTime()).as("not replaced").isLessThan(deadline);
            }
            refused("good");
            assertThat(server.pid()).isEqualTo(pid);
        }
    }

    @ParameterizedTest
    @EnumSource
    void clientsCannotHandshakeAgainOnAConnection(Program program) throws Exception {
        try (TestServer _ = startMutual(program);
                SSLSocket socket = (SSLSocket) context().getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.startHandshake();

            assertThatThrownBy(() -> {
                        socket.startHandshake();
                        socket.getOutputStream()
                                .write("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                        .getBytes(StandardCharsets.ISO_8859_1));
                        socket.getInputStream().readAllBytes();
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void securedUrlWithoutCertificatesEndsTheStart(Program program) {
        List<String> flags = List.of(
                "--initial-cluster=default=" + place.peerUrl(),
                "--listen-client-urls=" + secure,
                "--advertise-client-urls=" + secure);
        try (TestServer server = TestServer.stopped(program, dir.resolve("server"), place, flags)) {
            server.launch();

            assertThat(server.awaitExit(PATIENCE)).isEqualTo(1);
            assertThat(server.log())
                    .contains("TLS key/cert (--cert-file, --key-file) must be provided for client url " + secure
                            + " with HTTPS scheme");
        }
    }

    private HttpResponse<String> post(String url, String json) throws Exception {
        try (HttpClient client = HttpClient.newBuilder().sslContext(context()).build()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create(url))
                            .timeout(PATIENCE)
                            .POST(HttpRequest.BodyPublishers.ofString(json))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    private HttpResponse<String> get(HttpClient.Version version, String url) throws Exception {
        try (HttpClient client =
                HttpClient.newBuilder().version(version).sslContext(context()).build()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create(url)).timeout(PATIENCE).build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    /** The good client's. */
    private SSLContext context() throws GeneralSecurityException, IOException {
        KeyStore authorities = store();
        authorities.setCertificateEntry("ca", certificate(authority.pem()));
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(authorities);
        KeyStore own = store();
        String key = Files.readString(dir.resolve("good/key.pem")).replaceAll("-----[A-Z ]+-----|\\s", "");
        own.setKeyEntry(
                "own",
                KeyFactory.getInstance("EC")
                        .generatePrivate(
                                new PKCS8EncodedKeySpec(Base64.getDecoder().decode(key))),
                PASSWORD,
                new Certificate[] {certificate(Files.readString(dir.resolve("good/cert.pem")))});
        KeyManagerFactory shown = KeyManagerFactory.getInstance("PKIX");
        shown.init(own, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(shown.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static KeyStore store() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static Certificate certificate(String pem) throws GeneralSecurityException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }
}
