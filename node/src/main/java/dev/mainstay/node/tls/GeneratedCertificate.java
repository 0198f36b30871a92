package dev.mainstay.node.tls;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import javax.security.auth.x500.X500Principal;

/** A certificate that a server makes for itself, so that connections are encrypted; it proves nothing to anybody. */
public final class GeneratedCertificate {

    private static final System.Logger LOG = System.getLogger(GeneratedCertificate.class.getName());

    private static final Duration YEAR = Duration.ofDays(365);
    private static final int SERIAL_BITS = 127;
    private static final X500Principal SUBJECT = new X500Principal("O=mainstay");

    private GeneratedCertificate() {}

    /**
     * The files {@code cert.pem} and {@code key.pem} of a folder, made if they aren't there or the certificate has expired.
     *
     * @param flag the setting that asked for it, for messages
     * @param hosts host names and IP addresses of this server
     * @param years how long a new one is valid
     * @throws TlsException if there are files that can't be used, or new ones can't be written
     */
    public static KeyPairFiles in(Path folder, String flag, List<String> hosts, int years, InstantSource clock)
            throws TlsException {
        KeyPairFiles files = new KeyPairFiles(
                new TlsFile(flag, folder.resolve("cert.pem")), new TlsFile(flag, folder.resolve("key.pem")));
        Instant now = clock.instant();
        if (Files.exists(files.certificate().path()) && Files.exists(files.key().path())) {
            byte[] bytes = files.certificate().read();
            Instant end = Certificates.in(files.certificate(), bytes)
                    .getFirst()
                    .getNotAfter()
                    .toInstant();
            if (end.isAfter(now)) {
                Credential.of(files, bytes, files.key().read(), now);
                return files;
            }
            LOG.log(Level.WARNING, "the certificate made for --" + flag + " expired at " + end + "; making a new one");
        }
        make(files, folder, hosts, now, now.plus(YEAR.multipliedBy(years)));
        return files;
    }

    private static void make(KeyPairFiles files, Path folder, List<String> hosts, Instant begin, Instant end)
            throws TlsException {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair keys = generator.generateKeyPair();
            BigInteger serial = new BigInteger(SERIAL_BITS, new SecureRandom()).add(BigInteger.ONE);
            X509Certificate certificate = new CertificateForm(serial, SUBJECT, hosts, begin, end, true)
                    .signed(keys.getPublic(), SUBJECT, keys.getPrivate());
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            write(files.key().path(), "PRIVATE KEY", keys.getPrivate().getEncoded());
            write(files.certificate().path(), "CERTIFICATE", certificate.getEncoded());
            LOG.log(
                    Level.INFO,
                    "made " + Certificates.describe(certificate) + ", valid until " + end + ", in " + folder);
        } catch (IOException e) {
            throw files.certificate().refused("can't be written: " + e + ". Let this user write there.");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a certificate can't be made", e);
        }
    }

    private static void write(Path file, String type, byte[] der) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(fresh, PemBlock.text(type, der));
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
