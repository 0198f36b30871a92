package dev.mainstay.node.server.http;

import dev.mainstay.node.tls.LiveTls;
import dev.mainstay.node.tls.TlsSetup;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNegotiator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.util.List;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSessionContext;

/**
 * The serving side of TLS. Each connection gets a context of its own, because a resumed session would skip the check of the
 * client's certificate, so that a client could come back after its authority was removed or its certificate revoked.
 */
final class ServerTls extends SslContext {

    private final TlsSetup setup;
    private final List<String> protocols;
    private final Handshakes handshakes;
    private final SslContext sample;

    /** @param protocols what the client may choose from, by their names in ALPN */
    ServerTls(TlsSetup setup, List<String> protocols, Handshakes handshakes) {
        this.setup = setup;
        this.protocols = protocols;
        this.handshakes = handshakes;
        this.sample = fresh();
    }

    private SslContext fresh() {
        LiveTls live = setup.certificates();
        SslContextBuilder builder = SslContextBuilder.forServer(live.serving())
                .sslProvider(SslProvider.JDK)
                .trustManager(live.trust())
                .clientAuth(setup.asksClients() ? ClientAuth.REQUIRE : ClientAuth.NONE)
                .protocols(setup.protocol().versions())
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        Protocol.ALPN,
                        SelectorFailureBehavior.FATAL_ALERT,
                        SelectedListenerFailureBehavior.FATAL_ALERT,
                        protocols));
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

    @Override
    public boolean isClient() {
        return false;
    }

    @Override
    public List<String> cipherSuites() {
        return sample.cipherSuites();
    }

    @Override
    @SuppressWarnings("deprecation")
    public ApplicationProtocolNegotiator applicationProtocolNegotiator() {
        return sample.applicationProtocolNegotiator();
    }

    @Override
    public SSLSessionContext sessionContext() {
        return sample.sessionContext();
    }

    @Override
    public SSLEngine newEngine(ByteBufAllocator allocator) {
        return fresh().newEngine(allocator);
    }

    @Override
    public SSLEngine newEngine(ByteBufAllocator allocator, String peerHost, int peerPort) {
        return fresh().newEngine(allocator, peerHost, peerPort);
    }

    @Override
    protected SslHandler newHandler(ByteBufAllocator allocator, boolean startTls, Executor executor) {
        return new WatchedHandshake(newEngine(allocator), executor, handshakes);
    }

    @Override
    protected SslHandler newHandler(
            ByteBufAllocator allocator, String peerHost, int peerPort, boolean startTls, Executor executor) {
        return new WatchedHandshake(newEngine(allocator, peerHost, peerPort), executor, handshakes);
    }
}
