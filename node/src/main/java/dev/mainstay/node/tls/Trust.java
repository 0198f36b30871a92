package dev.mainstay.node.tls;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Whose certificates are believed, at one moment.
 *
 * @param judge follows a certificate to an authority, and compares it with the host that was called
 * @param revocations certificates that aren't believed any more
 */
record Trust(X509ExtendedTrustManager judge, List<X509CRL> revocations) {

    Trust {
        revocations = List.copyOf(revocations);
    }

    /** These authorities; Java's own if null. */
    static Trust in(@Nullable List<X509Certificate> authorities, List<X509CRL> revocations) {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(authorities == null ? null : store(authorities));
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509ExtendedTrustManager judge) {
                    return new Trust(judge, revocations);
                }
            }
            throw new IllegalStateException("this Java has no way to check certificates");
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("authorities can't be used", e);
        }
    }

    /** Everybody. */
    static Trust anybody() {
        return new Trust(new Credulous(), List.of());
    }

    private static KeyStore store(List<X509Certificate> authorities) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (int i = 0; i < authorities.size(); i++) {
            store.setCertificateEntry("authority-" + i, authorities.get(i));
        }
        return store;
    }

    /** The first certificate of a chain that was revoked. */
    Optional<X509Certificate> revoked(X509Certificate[] chain) {
        for (X509Certificate certificate : chain) {
            if (revocations.stream().anyMatch(list -> list.isRevoked(certificate))) {
                return Optional.of(certificate);
            }
        }
        return Optional.empty();
    }

    private static final class Credulous extends X509ExtendedTrustManager {

        private static final X509Certificate[] NONE = {};

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            // Anybody.
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            // Anybody.
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {
            // Anybody.
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {
            // Anybody.
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
            // Anybody.
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
            // Anybody.
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return NONE;
        }
    }
}
