package dev.mainstay.node.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.etcd.proto.KVGrpc;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RangeResponse;
import dev.mainstay.node.api.transport.CallerCertificate;
import dev.mainstay.node.api.transport.GrpcTransport;
import dev.mainstay.node.api.transport.TransportLimits;
import dev.mainstay.node.common.Alarm;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.server.settings.Invocation;
import dev.mainstay.node.server.settings.NodeSettings;
import dev.mainstay.node.server.settings.SettingsReader;
import dev.mainstay.node.tls.TestAuthority;
import dev.mainstay.node.tls.TestEndpoint;
import dev.mainstay.node.tls.TlsSetup;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.SslContextBuilder;
import io.vertx.core.Vertx;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What calls are told of their callers' certificates, through real listeners. */
class CallerCertificateTest {

    private final Vertx vertx = Vertx.vertx();
    private final TestAuthority authority = new TestAuthority("ca");
    private final BlockingQueue<Optional<CallerCertificate>> callers = new LinkedBlockingQueue<>();

    @TempDir
    Path temp = Path.of("");

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void nameInAVerifiedCertificateReachesTheCall() throws Exception {
        try (TestEndpoint server = server();
                ClientListeners listeners = listeners("https", server.setup())) {
            assertThat(caller(listeners, tls(authority.issue("alice")))).contains(new CallerCertificate("alice"));
            assertThat(caller(listeners, tls(authority.issue("bob,OU=alice")))).contains(new CallerCertificate("bob"));
            assertThat(caller(listeners, tls(authority.issue("")))).contains(new CallerCertificate(""));
        }
    }

    @Test
    void certificateThatNobodyAskedForIsNone() throws Exception {
        try (TestEndpoint server = server();
                ClientListeners listeners = listeners(
                        "https", new TlsSetup(server.tls(), server.setup().protocol(), false, false))) {
            assertThat(caller(listeners, tls(authority.issue("alice")))).isEmpty();
            assertThat(caller(listeners, tls(null))).isEmpty();
        }
    }

    @Test
    void plaintextProvesNothing() throws Exception {
        try (TestEndpoint server = server();
                ClientListeners listeners = listeners("http", server.setup())) {
            NettyChannelBuilder plain = NettyChannelBuilder.forAddress("127.0.0.1", listeners.clientPort())
                    .usePlaintext();
            assertThat(caller(plain)).isEmpty();
        }
    }

    private TestEndpoint server() throws IOException {
        return new TestEndpoint(temp.resolve("server"), authority.issue("server", "127.0.0.1"), authority.pem());
    }

    private ClientListeners listeners(String scheme, TlsSetup setup) throws IOException {
        Invocation.Run run = (Invocation.Run) new SettingsReader("")
                .read(
                        List.of(
                                "--listen-client-urls=" + scheme + "://127.0.0.1:0",
                                "--advertise-client-urls=http://127.0.0.1:2379",
                                "--auto-tls"),
                        Map.of());
        NodeSettings.Listen listen = run.settings().listen();
        ServerInterceptor ask = new ServerInterceptor() {
            @Override
            public <Q, A> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
                callers.add(CallerCertificate.of(call));
                return next.startCall(call, headers);
            }
        };
        GrpcTransport grpc = new GrpcTransport(
                List.of(new EmptyKv().bindService()), List.of(ask), TransportLimits.forMaxRequestBytes(1 << 20));
        HttpEndpoints http = new HttpEndpoints(
                new Well(), HealthMeter.NONE, () -> "", "text/plain", "3", "3", Optional.empty(), Optional.empty());
        return ClientListeners.open(
                vertx,
                listen,
                new ClientGuard(run.settings().clients()),
                Optional.of(new ClientSecurity(setup)),
                grpc,
                http);
    }

    private SslContextBuilder tls(TestAuthority.@Nullable Issued own) {
        SslContextBuilder tls = GrpcSslContexts.forClient().trustManager(stream(authority.pem()));
        return own == null ? tls : tls.keyManager(stream(own.certificatePem()), stream(own.keyPem()));
    }

    private static InputStream stream(String pem) {
        return new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
    }

    private Optional<CallerCertificate> caller(ClientListeners listeners, SslContextBuilder tls) throws Exception {
        return caller(NettyChannelBuilder.forAddress("127.0.0.1", listeners.clientPort())
                .sslContext(tls.build()));
    }

    /** Who a call on a connection of its own comes from. */
    private Optional<CallerCertificate> caller(NettyChannelBuilder builder) throws Exception {
        ManagedChannel channel = builder.build();
        try {
            KVGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(20, TimeUnit.SECONDS)
                    .range(RangeRequest.getDefaultInstance());
            return callers.take();
        } finally {
            channel.shutdownNow();
        }
    }

    private static final class EmptyKv extends KVGrpc.KVImplBase {

        @Override
        public void range(RangeRequest request, StreamObserver<RangeResponse> answer) {
            answer.onNext(RangeResponse.getDefaultInstance());
            answer.onCompleted();
        }
    }

    private static final class Well implements Health {

        @Override
        public List<Alarm> alarms() {
            return List.of();
        }

        @Override
        public boolean hasLeader() {
            return true;
        }

        @Override
        public boolean learner() {
            return false;
        }

        @Override
        public CompletableFuture<Optional<ErrorCode>> read(boolean linearizable) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
    }
}
