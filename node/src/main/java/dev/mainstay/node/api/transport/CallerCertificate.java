package dev.mainstay.node.api.transport;

import dev.mainstay.node.tls.CertificateNames;
import io.grpc.Attributes;
import io.grpc.ServerCall;
import io.vertx.core.http.HttpConnection;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * The certificate that a caller showed and that the listener believed: its owner is who it says. A listener asks all of its
 * callers or none, and refuses those it doesn't believe, so that there is no certificate here that wasn't checked.
 *
 * @param commonName the subject's, empty if it has none
 */
public record CallerCertificate(String commonName) {

    private static final Attributes.Key<CallerCertificate> KEY = Attributes.Key.create("mainstay-caller-certificate");

    /** That of a call's connection; empty without TLS, or where callers aren't asked for one. */
    public static Optional<CallerCertificate> of(ServerCall<?, ?> call) {
        return Optional.ofNullable(call.getAttributes().get(KEY));
    }

    /** That of a connection. */
    public static Optional<CallerCertificate> of(HttpConnection connection) {
        SSLSession session = connection.sslSession();
        if (session == null) {
            return Optional.empty();
        }
        try {
            return session.getPeerCertificates()[0] instanceof X509Certificate leaf
                    ? Optional.of(new CallerCertificate(CertificateNames.commonName(leaf)))
                    : Optional.empty();
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty();
        }
    }

    /** Makes it known to the calls of a connection. */
    static void put(HttpConnection connection, Attributes.Builder attributes) {
        of(connection).ifPresent(certificate -> attributes.set(KEY, certificate));
    }
}
