package dev.mainstay.node.server.http;

import dev.mainstay.node.tls.TlsSetup;
import io.netty.handler.ssl.SslContext;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.spi.tls.SslContextFactory;
import java.util.List;

/**
 * Java's TLS in Vert.x, with certificates and trust that change while it serves. The costly part of a handshake runs on
 * Vert.x' worker threads, so that many of them don't hold up the connections that are there.
 */
final class TlsEngine extends JdkSSLEngineOptions {

    private final TlsSetup setup;
    private final Handshakes handshakes;

    TlsEngine(TlsSetup setup, Handshakes handshakes) {
        this.setup = setup;
        this.handshakes = handshakes;
        setPooledHeapBuffers(true);
        setUseWorkerThread(true);
    }

    @Override
    public TlsEngine copy() {
        return new TlsEngine(setup, handshakes);
    }

    @Override
    public SslContextFactory sslContextFactory() {
        return new SslContextFactory() {
            private List<String> protocols = List.of();

            @Override
            public SslContextFactory applicationProtocols(List<String> names) {
                protocols = List.copyOf(names);
                return this;
            }

            @Override
            public SslContext create() {
                return new ServerTls(setup, protocols, handshakes);
            }
        };
    }
}
