package dev.mainstay.node.consensus;

import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSessionContext;
import org.apache.ratis.thirdparty.io.netty.buffer.ByteBufAllocator;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.ApplicationProtocolNegotiator;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslContext;

/**
 * A server's TLS that starts each connection afresh. A resumed session would skip the check of certificates, so that a peer
 * could come back after its authority was removed or its certificate revoked. Peers connect seldom; it costs little.
 */
final class UnresumedTls extends SslContext {

    private final Supplier<SslContext> fresh;
    private final SslContext sample;

    /** @param fresh makes a context that shares no sessions with another */
    UnresumedTls(Supplier<SslContext> fresh) {
        this.fresh = fresh;
        this.sample = fresh.get();
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
    public SSLEngine newEngine(ByteBufAllocator allocator) {
        return fresh.get().newEngine(allocator);
    }

    @Override
    public SSLEngine newEngine(ByteBufAllocator allocator, String peerHost, int peerPort) {
        return fresh.get().newEngine(allocator, peerHost, peerPort);
    }

    @Override
    public SSLSessionContext sessionContext() {
        return sample.sessionContext();
    }
}
