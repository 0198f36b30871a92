package dev.mainstay.node.consensus;

import dev.mainstay.node.tls.LiveTls;
import dev.mainstay.node.tls.RefusalLog;
import dev.mainstay.node.tls.TlsFailure;
import dev.mainstay.node.tls.TlsSetup;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.apache.ratis.grpc.GrpcUtil;
import org.apache.ratis.thirdparty.io.grpc.netty.GrpcSslContexts;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyChannelBuilder;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyServerBuilder;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.ClientAuth;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslContext;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslContextBuilder;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslProvider;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SupportedCipherSuiteFilter;
import org.jspecify.annotations.Nullable;

/**
 * TLS on the peer port and on all connections to others', or none of it. Java's own TLS, not the native one that Ratis would
 * take for its server: it asks our managers at every handshake, and both sides behave alike on every machine.
 */
final class PeerSecurity {

    /** As etcd's: whoever connects and says nothing must not stay. */
    private static final int HANDSHAKE_SECONDS = 10;

    private final @Nullable TlsSetup setup;
    private final @Nullable SslContext calling;

    private PeerSecurity(@Nullable TlsSetup setup) {
        this.setup = setup;
        this.calling = setup == null ? null : GrpcUtil.buildSslContextForClient(config(setup));
    }

    static PeerSecurity of(Optional<TlsSetup> setup) {
        return new PeerSecurity(setup.orElse(null));
    }

    /** For the connections that Ratis makes. */
    void secure(Parameters parameters) {
        if (setup != null) {
            GrpcConfigKeys.Server.setTlsConf(parameters, config(setup));
        }
    }

    /** For our own connections. */
    NettyChannelBuilder secure(NettyChannelBuilder channel) {
        return calling == null ? channel.usePlaintext() : channel.sslContext(calling);
    }

    /** For the port. */
    NettyServerBuilder secure(NettyServerBuilder server) {
        TlsSetup present = setup;
        if (present == null) {
            return server;
        }
        RefusalLog refusals = present.certificates().refusals();
        NettyServerBuilder secured = server.protocolNegotiator(
                        new WatchedHandshakes(new UnresumedTls(() -> serving(present)), refusals))
                .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS);
        if (!present.asksClients() || !present.checksAddresses()) {
            return secured;
        }
        PeerAddressCheck check = new PeerAddressCheck(refusals, System::nanoTime);
        return secured.addTransportFilter(check.connections()).intercept(check);
    }

    /** Notes why a call failed if TLS was the reason, and says it. */
    Optional<String> failure(String address, @Nullable Throwable cause) {
        TlsSetup present = setup;
        if (present == null || cause == null) {
            return Optional.empty();
        }
        Optional<String> reason = TlsFailure.reason(cause);
        // What our own side refused has been noted where it was refused.
        reason.filter(why -> !why.startsWith("certificate "))
                .ifPresent(why -> present.certificates().refusals().refused("the server at " + address, why));
        return reason;
    }

    private static SslContext serving(TlsSetup setup) {
        LiveTls live = setup.certificates();
        SslContextBuilder builder = GrpcSslContexts.configure(
                        SslContextBuilder.forServer(live.serving()), SslProvider.JDK)
                .trustManager(live.trust())
                .clientAuth(setup.asksClients() ? ClientAuth.REQUIRE : ClientAuth.NONE)
                .protocols(setup.protocol().versions());
        List<String> suites = setup.protocol().cipherSuites();
        if (!suites.isEmpty()) {
            builder.ciphers(suites, SupportedCipherSuiteFilter.INSTANCE);
        }
        try {
            return builder.build();
        } catch (SSLException e) {
            throw new IllegalStateException("TLS can't be set up", e);
        }
    }

    /** The calling side; Ratis makes a serving side of it too, which {@link #secure(NettyServerBuilder)} replaces. */
    private static GrpcTlsConfig config(TlsSetup setup) {
        GrpcTlsConfig.Builder builder = GrpcTlsConfig.newBuilder()
                .setName("peers")
                .setKeyManager(setup.certificates().calling())
                .setTrustManager(setup.certificates().trust())
                .setMutualTls(true)
                .setSslProvider(SslProvider.JDK)
                .setProtocols(setup.protocol().versions());
        List<String> suites = setup.protocol().cipherSuites();
        if (!suites.isEmpty()) {
            builder.setCipherSuites(suites).setCipherSuiteFilter(SupportedCipherSuiteFilter.INSTANCE);
        }
        return builder.build();
    }
}
