package dev.mainstay.node.objectstore.stream;

import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** The certificate authorities of a PEM file, which are then the only ones trusted. */
public final class CaBundle {

    private final TrustManager[] managers;

    private CaBundle(TrustManager[] managers) {
        this.managers = managers;
    }

    /**
     * Reads the file.
     *
     * @throws ObjectStoreException of kind {@code BAD_SETTING} if it has no certificates
     */
    public static CaBundle read(Path file) throws ObjectStoreException {
        try (InputStream in = Files.newInputStream(file)) {
            Collection<? extends Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (certificates.isEmpty()) {
                throw new ObjectStoreException(Kind.BAD_SETTING, "--ca-bundle: " + file + " has no certificates");
            }
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (Certificate certificate : certificates) {
                store.setCertificateEntry("ca" + number++, certificate);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return new CaBundle(factory.getTrustManagers());
        } catch (ObjectStoreException e) {
            throw e;
        } catch (IOException | GeneralSecurityException e) {
            throw new ObjectStoreException(
                    Kind.BAD_SETTING, "--ca-bundle: can't take certificates from " + file + ": " + e.getMessage(), e);
        }
    }

    /** Who judges a server's certificate. */
    public TrustManager[] trustManagers() {
        return managers.clone();
    }

    /** For clients that trust these. */
    public SSLContext context() throws ObjectStoreException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new ObjectStoreException(Kind.BAD_SETTING, "--ca-bundle: " + e.getMessage(), e);
        }
    }
}
