package dev.mainstay.operator.pki;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;

/** PEM text of certificates (RFC 7468) and of elliptic-curve keys (PKCS#8). */
public final class Pem {

    private static final String BEGIN_KEY = "-----BEGIN PRIVATE KEY-----";
    private static final String END_KEY = "-----END PRIVATE KEY-----";
    private static final int LINE = 64;

    private Pem() {}

    /** The text of a certificate. */
    public static String of(X509Certificate certificate) {
        try {
            return text("-----BEGIN CERTIFICATE-----", certificate.getEncoded(), "-----END CERTIFICATE-----");
        } catch (CertificateException e) {
            throw new PkiException("a certificate can't be written", e);
        }
    }

    /** The text of a key. */
    static String of(PrivateKey key) {
        return text(BEGIN_KEY, key.getEncoded(), END_KEY);
    }

    private static String text(String begin, byte[] content, String end) {
        String lines = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(content);
        return begin + "\n" + lines + "\n" + end + "\n";
    }

    /** The one certificate, or the first, in {@code text}. */
    public static X509Certificate certificate(String text) {
        List<X509Certificate> all = certificates(text);
        if (all.isEmpty()) {
            throw new PkiException("there is no certificate where one should be");
        }
        return all.getFirst();
    }

    /** All certificates in {@code text}. */
    public static List<X509Certificate> certificates(String text) {
        try {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (CertificateException e) {
            throw new PkiException("a certificate can't be read", e);
        }
    }

    /** The key in {@code text}. */
    static PrivateKey key(String text) {
        int begin = text.indexOf(BEGIN_KEY);
        int end = text.indexOf(END_KEY);
        if (begin < 0 || end < begin) {
            throw new PkiException("there is no key where one should be");
        }
        try {
            byte[] content = Base64.getMimeDecoder().decode(text.substring(begin + BEGIN_KEY.length(), end));
            return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(content));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new PkiException("a key can't be read", e);
        }
    }
}
