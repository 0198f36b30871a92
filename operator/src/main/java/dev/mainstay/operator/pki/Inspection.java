package dev.mainstay.operator.pki;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMException;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/** Looks whether certificates that somebody else made can be used, and says what to do if not. */
public final class Inspection {

    private static final byte[] PROBE = "mainstay".getBytes(StandardCharsets.US_ASCII);
    private static final String SERVER = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT = "1.3.6.1.5.5.7.3.2";

    private final String authorities;
    private final Instant now;

    /** By these authorities, PEM, at this moment. */
    public Inspection(String authorities, Instant now) {
        this.authorities = authorities;
        this.now = now;
    }

    /**
     * What is wrong.
     *
     * @param expired whether it is only that its time is over
     * @param text what is wrong with it and what to do, to follow its name
     */
    public record Problem(boolean expired, String text) {}

    /**
     * What a certificate is for.
     *
     * @param server whether it is shown to those who connect
     * @param client whether it is shown to those it connects to
     * @param hosts names that it must be valid for
     * @param commonName what its common name must be; empty for any
     */
    public record Use(boolean server, boolean client, List<String> hosts, String commonName) {

        public Use {
            hosts = List.copyOf(hosts);
        }
    }

    /** What is wrong with the authorities; empty if nothing is. */
    public Optional<Problem> authorities() {
        try {
            List<X509Certificate> all = Pem.certificates(authorities);
            if (all.isEmpty()) {
                return problem("has no certificate in ca.crt: put the authorities there, in PEM");
            }
            boolean ended = all.stream()
                    .allMatch(authority -> !now.isBefore(authority.getNotAfter().toInstant()));
            return ended
                    ? Optional.of(
                            new Problem(true, "has only authorities whose time is over: put new ones into ca.crt"))
                    : Optional.empty();
        } catch (PkiException e) {
            return problem("has a ca.crt that can't be read: it must be PEM");
        }
    }

    /** What is wrong with a certificate; empty if it can be used so. */
    public Optional<Problem> check(Credential credential, Use use) {
        List<X509Certificate> chain;
        try {
            chain = Pem.certificates(credential.certificate());
        } catch (PkiException e) {
            return problem("has a tls.crt that can't be read: it must be PEM");
        }
        if (chain.isEmpty()) {
            return problem("has no certificate in tls.crt: put it there, in PEM");
        }
        X509Certificate leaf = chain.getFirst();
        Optional<Problem> key = key(credential.key(), leaf);
        if (key.isPresent()) {
            return key;
        }
        if (!now.isBefore(leaf.getNotAfter().toInstant())) {
            return Optional.of(new Problem(
                    true,
                    "has a certificate that ended at " + leaf.getNotAfter().toInstant()
                            + ": replace tls.crt and tls.key"));
        }
        if (now.isBefore(leaf.getNotBefore().toInstant())) {
            return problem("has a certificate that begins only at "
                    + leaf.getNotBefore().toInstant());
        }
        if (!trusted(chain)) {
            return problem(
                    "has a certificate that no authority in ca.crt signed: put its authority there, and those between"
                            + " them into tls.crt");
        }
        return purpose(leaf, use);
    }

    private static Optional<Problem> key(String pem, X509Certificate leaf) {
        PrivateKey key;
        try {
            key = read(pem);
        } catch (IOException e) {
            return problem("has a tls.key that can't be read: it must be a key in PEM, not encrypted");
        }
        try {
            String algorithm = switch (key.getAlgorithm()) {
                case "RSA" -> "SHA256withRSA";
                case "EC", "ECDSA" -> "SHA256withECDSA";
                default -> key.getAlgorithm();
            };
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(PROBE);
            byte[] signed = signature.sign();
            signature.initVerify(leaf.getPublicKey());
            signature.update(PROBE);
            if (signature.verify(signed)) {
                return Optional.empty();
            }
        } catch (GeneralSecurityException e) {
            // A key of another kind than the certificate's ends here.
            return otherKey();
        }
        return otherKey();
    }

    private static Optional<Problem> otherKey() {
        return problem("has a tls.key of another certificate: replace tls.crt and tls.key together");
    }

    private static PrivateKey read(String pem) throws IOException {
        try (PEMParser parser = new PEMParser(new StringReader(pem))) {
            for (Object object = parser.readObject(); object != null; object = parser.readObject()) {
                if (object instanceof PEMKeyPair pair) {
                    return new JcaPEMKeyConverter().getPrivateKey(pair.getPrivateKeyInfo());
                }
                if (object instanceof PrivateKeyInfo info) {
                    return new JcaPEMKeyConverter().getPrivateKey(info);
                }
            }
        }
        throw new PEMException("no key");
    }

    private boolean trusted(List<X509Certificate> chain) {
        try {
            Set<TrustAnchor> anchors = Pem.certificates(authorities).stream()
                    .map(authority -> new TrustAnchor(authority, null))
                    .collect(Collectors.toSet());
            PKIXParameters parameters = new PKIXParameters(anchors);
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(now));
            var _ = CertPathValidator.getInstance("PKIX")
                    .validate(CertificateFactory.getInstance("X.509").generateCertPath(chain), parameters);
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static Optional<Problem> purpose(X509Certificate leaf, Use use) {
        try {
            List<String> purposes = leaf.getExtendedKeyUsage();
            if (purposes != null && use.server() && !purposes.contains(SERVER)) {
                return problem("has a certificate that isn't for servers: issue it with the usage server auth");
            }
            if (purposes != null && use.client() && !purposes.contains(CLIENT)) {
                return problem("has a certificate that isn't for clients: issue it with the usage client auth");
            }
        } catch (CertificateParsingException e) {
            return problem("has a certificate whose usages can't be read");
        }
        List<String> missing = use.hosts().stream()
                .filter(host -> !ServerNames.covers(leaf, host))
                .toList();
        if (!missing.isEmpty()) {
            return problem("has a certificate that isn't for " + String.join(", ", missing)
                    + ": issue it with these names, or with a wildcard for them");
        }
        boolean named = use.commonName().isEmpty() || use.commonName().equals(ServerNames.commonName(leaf));
        return named
                ? Optional.empty()
                : problem("has a certificate whose common name isn't " + use.commonName() + ": issue it with that one");
    }

    private static Optional<Problem> problem(String text) {
        return Optional.of(new Problem(false, text));
    }
}
