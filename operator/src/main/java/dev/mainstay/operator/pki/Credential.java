package dev.mainstay.operator.pki;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.X509Certificate;

/**
 * A certificate and its key.
 *
 * @param certificate in PEM
 * @param key in PEM
 */
public record Credential(String certificate, String key) {

    private static final byte[] PROBE = "mainstay".getBytes(StandardCharsets.US_ASCII);

    /** The certificate, read. */
    public X509Certificate parsed() {
        return Pem.certificate(certificate);
    }

    /** Throws {@link PkiException} unless both can be read and belong together. */
    public void check() {
        try {
            Signature signature = Signature.getInstance(Authority.SIGNATURE);
            signature.initSign(Pem.key(key));
            signature.update(PROBE);
            byte[] signed = signature.sign();
            signature.initVerify(parsed().getPublicKey());
            signature.update(PROBE);
            if (!signature.verify(signed)) {
                throw new PkiException("a key belongs to another certificate");
            }
        } catch (GeneralSecurityException e) {
            throw new PkiException("a key can't be used", e);
        }
    }

    /** Says nothing of the key. */
    @Override
    public String toString() {
        return "Credential[" + certificate.length() + " characters]";
    }
}
