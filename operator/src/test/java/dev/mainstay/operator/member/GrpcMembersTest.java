package dev.mainstay.operator.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.mainstay.etcd.proto.MaintenanceGrpc;
import dev.mainstay.etcd.proto.ResponseHeader;
import dev.mainstay.etcd.proto.StatusRequest;
import dev.mainstay.etcd.proto.StatusResponse;
import dev.mainstay.operator.pki.Authority;
import dev.mainstay.operator.pki.Credential;
import dev.mainstay.operator.pki.LeafForm;
import io.grpc.Server;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.handler.ssl.ClientAuth;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls over real connections. */
@Timeout(60)
class GrpcMembersTest {

    private static final String NAME = "a-1.a-members.test.svc";

    private final Instant begin = Instant.now().minusSeconds(60);
    private final Authority authority = Authority.create("a CA", begin, begin.plus(Duration.ofDays(10)));
    private final Authority other = Authority.create("a CA", begin, begin.plus(Duration.ofDays(10)));
    private final GrpcMembers members = new GrpcMembers();

    @SuppressWarnings("NullAway.Init")
    private Server server;

    @BeforeEach
    void serve() throws Exception {
        Credential certificate = issue(authority, List.of(NAME));
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sslContext(GrpcSslContexts.forServer(stream(certificate.certificate()), stream(certificate.key()))
                        .trustManager(stream(authority.credential().certificate()))
                        .clientAuth(ClientAuth.REQUIRE)
                        .build())
                .addService(new Learner())
                .build()
                .start();
    }

    @AfterEach
    void stop() {
        var _ = server.shutdownNow();
    }

    @Test
    void membersAreCalledByTheNameOfTheirCertificate() {
        assertThat(members.ask(endpoint(NAME, identity(authority, authority))).id())
                .isEqualTo("a1");
        assertThatThrownBy(() -> members.ask(endpoint("a-2.a-members.test.svc", identity(authority, authority))))
                .isInstanceOf(MemberCallException.class);
    }

    /** As this server, which knows nothing but what etcd knows. */
    @Test
    void anotherEtcdIsToldFromOurs() {
        assertThat(members.isMainstay(endpoint(NAME, identity(authority, authority))))
                .isFalse();
        assertThatThrownBy(() -> members.isMainstay(endpoint(NAME, identity(other, authority))))
                .isInstanceOf(MemberCallException.class);
    }

    @Test
    void neitherSideBelievesAnotherAuthority() {
        assertThatThrownBy(() -> members.ask(endpoint(NAME, identity(other, authority))))
                .isInstanceOf(MemberCallException.class);
        assertThatThrownBy(() -> members.ask(endpoint(NAME, identity(authority, other))))
                .isInstanceOf(MemberCallException.class);
        assertThatThrownBy(() -> members.ask(endpoint(NAME, null))).isInstanceOf(MemberCallException.class);
    }

    @Test
    void brokenIdentityIsAFailedCall() {
        assertThatThrownBy(() -> members.ask(endpoint(NAME, new ClientIdentity("", "nothing", "nothing"))))
                .isInstanceOf(MemberCallException.class);
    }

    @Test
    void whatMembersUseIsReadFromTheirMetrics() throws Exception {
        PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        MultiGauge.builder("mainstay_tls_certificate_expiry_timestamp_seconds")
                .register(meters)
                .register(List.of(
                        MultiGauge.Row.of(Tags.of("endpoint", "client", "use", "serving", "serial", "4f"), 1),
                        MultiGauge.Row.of(Tags.of("endpoint", "peer", "use", "serving", "serial", "50"), 1)));
        MultiGauge.builder("mainstay_tls_trusted_bundle")
                .register(meters)
                .register(List.of(MultiGauge.Row.of(Tags.of("endpoint", "peer", "sha256", "ab12"), 1)));
        Gauge.builder("mainstay_disk_size_bytes", () -> 3.2e10).register(meters);
        Gauge.builder("mainstay_disk_free_bytes", () -> 123456789).register(meters);
        Gauge.builder("etcd_disk_defrag_inflight", () -> 1).register(meters);
        HttpServer pages = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        pages.createContext("/metrics", exchange -> {
            byte[] page = meters.scrape().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
        });
        pages.start();
        try {
            String address = "127.0.0.1:" + pages.getAddress().getPort();
            Published published = members.published(new Endpoint("127.0.0.1:1", address, NAME, null));
            TlsInUse inUse = published.tls();
            assertThat(inUse.serials()).containsExactlyInAnyOrder("4f", "50");
            assertThat(inUse.bundles()).containsExactly("ab12");
            assertThat(published.disk()).isEqualTo(new Published.Disk(32_000_000_000L, 123_456_789));
            assertThat(published.defragmenting()).isTrue();
            assertThatThrownBy(() -> members.published(new Endpoint("127.0.0.1:1", "127.0.0.1:1", NAME, null)))
                    .isInstanceOf(MemberCallException.class);
        } finally {
            pages.stop(0);
        }
    }

    private Endpoint endpoint(String name, @Nullable ClientIdentity identity) {
        return new Endpoint("127.0.0.1:" + server.getPort(), "127.0.0.1:1", name, identity);
    }

    private ClientIdentity identity(Authority trusted, Authority signer) {
        Credential credential = issue(signer, List.of());
        return new ClientIdentity(trusted.credential().certificate(), credential.certificate(), credential.key());
    }

    private Credential issue(Authority authority, List<String> names) {
        return authority.issue(new LeafForm("root", names, begin, begin.plus(Duration.ofDays(1))));
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private static final class Learner extends MaintenanceGrpc.MaintenanceImplBase {

        @Override
        public void status(StatusRequest request, StreamObserver<StatusResponse> answers) {
            answers.onNext(StatusResponse.newBuilder()
                    .setHeader(ResponseHeader.newBuilder().setMemberId(0xa1))
                    .setIsLearner(true)
                    .build());
            answers.onCompleted();
        }
    }
}
