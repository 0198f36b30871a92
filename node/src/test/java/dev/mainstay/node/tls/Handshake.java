package dev.mainstay.node.tls;

import java.io.IOException;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;

/** A real TLS handshake over loopback, each side with a context of its own, with one byte each way after it. */
record Handshake(X509Certificate server, X509Certificate client) {

    private static final int PATIENCE_MILLIS = 20_000;

    /** Client and server show and believe what these have at this moment; the client calls 127.0.0.1. */
    static Handshake of(LiveTls client, LiveTls server) throws IOException {
        try (SSLServerSocket listener = (SSLServerSocket) context(server, server.serving())
                .getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            listener.setNeedClientAuth(true);
            listener.setSoTimeout(PATIENCE_MILLIS);
            CompletableFuture<X509Certificate> seen = CompletableFuture.supplyAsync(() -> answer(listener));
            X509Certificate shown;
            try (SSLSocket socket = (SSLSocket) context(client, client.calling())
                    .getSocketFactory()
                    .createSocket("127.0.0.1", listener.getLocalPort())) {
                socket.setSoTimeout(PATIENCE_MILLIS);
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                socket.setSSLParameters(parameters);
                socket.getOutputStream().write(1);
                if (socket.getInputStream().read() != 2) {
                    throw new IOException("the server hung up");
                }
                shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            } catch (IOException e) {
                seen.exceptionally(own -> {
                            e.addSuppressed(own);
                            return shownByNobody();
                        })
                        .join();
                throw e;
            }
            return new Handshake(shown, seen.join());
        }
    }

    private static X509Certificate answer(SSLServerSocket listener) {
        try (SSLSocket socket = (SSLSocket) listener.accept()) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            if (socket.getInputStream().read() != 1) {
                throw new IOException("the client hung up");
            }
            socket.getOutputStream().write(2);
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    private static X509Certificate shownByNobody() {
        return new TestAuthority("nobody").certificate();
    }

    private static SSLContext context(LiveTls tls, X509ExtendedKeyManager keys) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {keys}, new TrustManager[] {tls.trust()}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
