package dev.mainstay.node.tls;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * What one side shows, and proves to be its own.
 *
 * @param chain its certificate, then those that lead to an authority
 */
record Credential(List<X509Certificate> chain, PrivateKey key) {

    private static final byte[] CHALLENGE = {1, 2, 3, 4, 5, 6, 7, 8};

    Credential {
        chain = List.copyOf(chain);
    }

    /** @throws TlsException unless it can be used now */
    static Credential of(KeyPairFiles files, byte[] certificates, byte[] key, Instant now) throws TlsException {
        Credential credential =
                new Credential(Certificates.in(files.certificate(), certificates), PrivateKeys.in(files.key(), key));
        credential.checkKey(files);
        credential.checkTime(files, now);
        return credential;
    }

    X509Certificate certificate() {
        return chain.getFirst();
    }

    /** When it becomes worthless. */
    Instant expiry() {
        return certificate().getNotAfter().toInstant();
    }

    private void checkKey(KeyPairFiles files) throws TlsException {
        if (fits(certificate().getPublicKey())) {
            return;
        }
        boolean later = chain.stream().anyMatch(other -> fits(other.getPublicKey()));
        throw files.key()
                .refused("doesn't belong to the certificate in --"
                        + files.certificate().flag() + " "
                        + files.certificate().path()
                        + (later
                                ? ", but to a later one in that file. Put the certificate of the key first."
                                : ". Put the two files there that were made together."));
    }

    private boolean fits(PublicKey publicKey) {
        String scheme = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> "EdDSA";
        };
        try {
            Signature signature = Signature.getInstance(scheme);
            signature.initSign(key);
            signature.update(CHALLENGE);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(CHALLENGE);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            // A key of another kind or curve.
            return false;
        }
    }

    private void checkTime(KeyPairFiles files, Instant now) throws TlsException {
        TlsFile file = files.certificate();
        Instant begin = certificate().getNotBefore().toInstant();
        if (now.isAfter(expiry())) {
            throw file.refused(
                    "expired at " + expiry() + ", so that nobody would accept it. Put a new certificate there.");
        }
        if (now.isBefore(begin)) {
            throw file.refused("is valid only from " + begin + " on, and it is " + now
                    + " now. Correct this machine's clock, or put another certificate there.");
        }
    }
}
