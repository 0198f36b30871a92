package dev.mainstay.node.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GeneratedCertificateTest {

    private final Instant now = Instant.now();

    @TempDir
    Path temp = Path.of("");

    @Test
    void certificateIsMadeOnceForTheOwnHosts() throws Exception {
        Path folder = temp.resolve("fixtures/peer");

        X509Certificate first = certificate(make(folder, now, 2));
        X509Certificate second = certificate(make(folder, now.plus(Duration.ofDays(700)), 2));

        assertThat(second).isEqualTo(first);
        first.verify(first.getPublicKey());
        assertThat(CertificateNames.hosts(first)).containsExactly("m1.example");
        assertThat(CertificateNames.cover(first, "127.0.0.1")).isTrue();
        assertThat(Duration.between(now, first.getNotAfter().toInstant()))
                .isBetween(Duration.ofDays(729), Duration.ofDays(730));
        assertThat(first.getBasicConstraints()).isNotNegative();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("key.pem"))))
                .isEqualTo("rw-------");
    }

    @Test
    void expiredOneIsMadeAnew() throws Exception {
        X509Certificate first = certificate(make(temp, now, 1));
        X509Certificate second = certificate(make(temp, now.plus(Duration.ofDays(366)), 30));

        assertThat(second).isNotEqualTo(first);
        assertThat(second.getNotAfter().toInstant()).isAfter(now.plus(Duration.ofDays(30 * 365)));
    }

    @Test
    void damagedOneIsNotReplaced() throws Exception {
        make(temp, now, 1);
        Files.writeString(temp.resolve("cert.pem"), "nonsense");

        assertThatThrownBy(() -> make(temp, now, 1))
                .isInstanceOf(TlsException.class)
                .hasMessageContaining("holds no certificate");
        assertThat(temp.resolve("cert.pem")).hasContent("nonsense");
    }

    private static KeyPairFiles make(Path folder, Instant moment, int years) throws IOException {
        return GeneratedCertificate.in(
                folder, "peer-auto-tls", List.of("127.0.0.1", "m1.example"), years, InstantSource.fixed(moment));
    }

    private static X509Certificate certificate(KeyPairFiles files) throws IOException {
        return Certificates.in(files.certificate(), files.certificate().read()).getFirst();
    }
}
