package dev.mainstay.node.server;

import dev.mainstay.node.tls.TestAuthority;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Clients that speak TLS to a port of this machine over real sockets.
 *
 * @param trusted the authorities they believe, in PEM
 * @param own what they show, if they are asked
 */
record TlsClients(String trusted, TestAuthority.@Nullable Issued own) {

    private static final int PATIENCE_MILLIS = 20_000;
    private static final char[] PASSWORD = "secret".toCharArray();

    /** A gRPC channel; its port and its connection are its own. */
    ManagedChannel channel(int port) {
        try {
            var tls = GrpcSslContexts.forClient().trustManager(stream(trusted));
            if (own != null) {
                tls.keyManager(stream(own.certificatePem()), stream(own.keyPem()));
            }
            return NettyChannelBuilder.forAddress("127.0.0.1", port)
                    .sslContext(tls.build())
                    .build();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A finished handshake that offers these protocols by ALPN. */
    SSLSocket connect(int port, String... protocols) throws IOException {
        SSLSocket socket = (SSLSocket) context()
                .getSocketFactory()
                .createSocket(new Socket(InetAddress.getLoopbackAddress(), port), "127.0.0.1", port, true);
        try {
            socket.setSoTimeout(PATIENCE_MILLIS);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(protocols);
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** The certificate that the server shows now. */
    X509Certificate shown(int port) throws IOException {
        try (SSLSocket socket = connect(port, "http/1.1")) {
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    /** The answer to one HTTP/1.1 GET, head and body; the refusal of a certificate comes only here in TLS 1.3. */
    String get(int port, String path, String... protocols) throws IOException {
        try (SSLSocket socket = connect(port, protocols)) {
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private SSLContext context() {
        try {
            KeyStore authorities = store();
            int count = 0;
            for (Certificate authority :
                    CertificateFactory.getInstance("X.509").generateCertificates(stream(trusted))) {
                authorities.setCertificateEntry("ca" + count++, authority);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(authorities);
            KeyStore keys = store();
            if (own != null) {
                keys.setKeyEntry("own", own.key(), PASSWORD, new Certificate[] {own.certificate()});
            }
            KeyManagerFactory shown = KeyManagerFactory.getInstance("PKIX");
            shown.init(keys, PASSWORD);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(shown.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyStore store() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static InputStream stream(String pem) {
        return new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
    }
}
