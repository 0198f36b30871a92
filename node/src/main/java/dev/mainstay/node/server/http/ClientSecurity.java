package dev.mainstay.node.server.http;

import dev.mainstay.node.tls.TlsSetup;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import java.util.LinkedHashSet;
import java.util.concurrent.TimeUnit;

/** TLS on the addresses for clients. One for all of a member's listeners. */
public final class ClientSecurity {

    /** As etcd's: whoever connects and says nothing must not stay. */
    static final int HANDSHAKE_SECONDS = 10;

    /** Each takes some 100 KiB while it lasts. */
    private static final int MOST_HANDSHAKES = 1024;

    private final TlsSetup setup;
    private final Handshakes handshakes;

    /** @param setup what is shown and who is believed */
    public ClientSecurity(TlsSetup setup) {
        this.setup = setup;
        this.handshakes = new Handshakes(MOST_HANDSHAKES, setup.certificates().refusals());
    }

    /** Makes a listener speak TLS. */
    void secure(HttpServerOptions options) {
        options.setSsl(true)
                .setUseAlpn(true)
                .setClientAuth(setup.asksClients() ? ClientAuth.REQUIRED : ClientAuth.NONE)
                .setEnabledSecureTransportProtocols(
                        new LinkedHashSet<>(setup.protocol().versions()))
                .setKeyCertOptions(KeyCertOptions.wrap(setup.certificates().serving()))
                .setSslEngineOptions(new TlsEngine(setup, handshakes))
                .setSslHandshakeTimeout(HANDSHAKE_SECONDS)
                .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS);
    }

    /** How many handshakes are under way. */
    public int handshakes() {
        return handshakes.underWay();
    }

    /** How many were dropped since there were too many. */
    public long dropped() {
        return handshakes.dropped();
    }
}
