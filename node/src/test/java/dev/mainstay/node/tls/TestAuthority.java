package dev.mainstay.node.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;

/** An authority that signs certificates for tests. */
public final class TestAuthority {

    private static final AtomicLong SERIAL = new AtomicLong(1);
    private static final Duration LIFE = Duration.ofDays(30);

    private final X500Principal name;
    private final KeyPair keys;
    private final X509Certificate certificate;

    public TestAuthority(String commonName) {
        this(commonName, Instant.now().plus(LIFE));
    }

    TestAuthority(String commonName, Instant end) {
        try {
            name = new X500Principal("CN=" + commonName);
            keys = keys();
            certificate = form(name, List.of(), end.minus(LIFE.multipliedBy(2)), end, true)
                    .signed(keys.getPublic(), name, keys.getPrivate());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A certificate with its key. */
    public record Issued(X509Certificate certificate, PrivateKey key) {

        public String certificatePem() {
            return pem(certificate);
        }

        public String keyPem() {
            return PemBlock.text("PRIVATE KEY", key.getEncoded());
        }

        /** Writes {@code cert.pem} and {@code key.pem} into a folder. */
        public Issued write(Path folder) throws IOException {
            Files.writeString(folder.resolve("key.pem"), keyPem());
            Files.writeString(folder.resolve("cert.pem"), certificatePem());
            return this;
        }
    }

    /** A certificate that is valid now, for these host names and addresses. */
    public Issued issue(String commonName, String... hosts) {
        Instant now = Instant.now();
        return issue(commonName, now.minus(Duration.ofHours(1)), now.plus(LIFE.dividedBy(2)), hosts);
    }

    public Issued issue(String commonName, Instant begin, Instant end, String... hosts) {
        try {
            KeyPair owner = keys();
            X509Certificate signed = form(new X500Principal("CN=" + commonName), List.of(hosts), begin, end, false)
                    .signed(owner.getPublic(), name, keys.getPrivate());
            return new Issued(signed, owner.getPrivate());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    X509Certificate certificate() {
        return certificate;
    }

    public String pem() {
        return pem(certificate);
    }

    /** A list that revokes these, in DER. */
    public byte[] revoking(Issued... revoked) {
        try {
            byte[] now = CertificateForm.time(Instant.now().minus(Duration.ofMinutes(1)));
            byte[] entries = Der.sequence(Stream.of(revoked)
                    .map(one -> Der.sequence(Der.integer(one.certificate().getSerialNumber()), now))
                    .toArray(byte[][]::new));
            byte[] body = Der.sequence(
                    Der.integer(BigInteger.ONE),
                    CertificateForm.algorithm(),
                    name.getEncoded(),
                    now,
                    CertificateForm.time(Instant.now().plus(LIFE)),
                    entries);
            return CertificateForm.signed(body, keys.getPrivate());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static String pem(X509Certificate certificate) {
        try {
            return PemBlock.text("CERTIFICATE", certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static CertificateForm form(
            X500Principal subject, List<String> hosts, Instant begin, Instant end, boolean authority) {
        return new CertificateForm(
                BigInteger.valueOf(SERIAL.getAndIncrement()),
                subject,
                hosts,
                begin.truncatedTo(ChronoUnit.SECONDS),
                end.truncatedTo(ChronoUnit.SECONDS),
                authority);
    }

    private static KeyPair keys() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }
}
