package dev.mainstay.node.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Certificates and keys as OpenSSL writes them, and everything that may be wrong with them. */
class CredentialTest {

    private static final Path FIXTURES = Path.of("src/test/resources/tls");

    @TempDir
    Path temp = Path.of("");

    @ParameterizedTest
    @CsvSource({
        "rsa.pem, rsa-pkcs8.key, RSA",
        "rsa.pem, rsa-pkcs1.key, RSA",
        "ec.pem, ec-pkcs8.key, EC",
        "ec.pem, ec-sec1.key, EC",
        "ec384.pem, ec384-sec1.key, EC",
        "ed25519.pem, ed25519-pkcs8.key, EdDSA"
    })
    void everyUsualFormOfKeyLoads(String certificate, String key, String algorithm) throws IOException {
        Credential credential = load(FIXTURES.resolve(certificate), FIXTURES.resolve(key));

        assertThat(credential.key().getAlgorithm()).isEqualTo(algorithm);
        assertThat(credential.chain()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            rsa.pem | rsa-pkcs8-encrypted.key | holds an encrypted key, and a server can't be asked for a passphrase. Decrypt it with openssl pkey
            rsa.pem | rsa-pkcs1-encrypted.key | holds an encrypted key
            rsa.pem | ec-pkcs8.key | doesn't belong to the certificate in --cert
            ec.pem | ec384-sec1.key | doesn't belong to the certificate in --cert
            rsa.pem | rsa.pem | holds no private key in PEM form
            rsa-pkcs8.key | rsa-pkcs8.key | holds no certificate in PEM form
            rsa.pem | x25519-pkcs8.key | holds a key that can't be used: RSA, EC and Ed25519 keys can
            missing.pem | rsa-pkcs8.key | doesn't exist. Put the file there, or correct --cert
            . | rsa-pkcs8.key | can't be read: Is a directory
            """)
    void whatCantBeUsedIsRefusedWithAReason(String certificate, String key, String reason) {
        refused(FIXTURES.resolve(certificate), FIXTURES.resolve(key)).hasMessageContaining(reason);
    }

    @Test
    void keyOfAnotherCertificateOfTheSameKindIsRefused() throws IOException {
        TestAuthority authority = new TestAuthority("ca");
        authority.issue("a").write(temp);
        Files.writeString(temp.resolve("key.pem"), authority.issue("b").keyPem());

        refused(temp.resolve("cert.pem"), temp.resolve("key.pem"))
                .hasMessageContaining("Put the two files there that were made together.");
    }

    @Test
    void chainInTheWrongOrderIsRefused() throws IOException {
        TestAuthority authority = new TestAuthority("ca");
        TestAuthority.Issued issued = authority.issue("a").write(temp);
        Files.writeString(temp.resolve("cert.pem"), authority.pem() + issued.certificatePem());

        refused(temp.resolve("cert.pem"), temp.resolve("key.pem"))
                .hasMessageContaining("Put the certificate of the key first.");
    }

    @Test
    void wholeChainIsTaken() throws IOException {
        TestAuthority authority = new TestAuthority("ca");
        TestAuthority.Issued issued = authority.issue("a").write(temp);
        Files.writeString(temp.resolve("cert.pem"), issued.certificatePem() + authority.pem());

        assertThat(load(temp.resolve("cert.pem"), temp.resolve("key.pem")).chain())
                .containsExactly(issued.certificate(), authority.certificate());
    }

    @Test
    void expiredAndFutureCertificatesAreRefused() throws IOException {
        TestAuthority authority = new TestAuthority("ca");
        Instant now = Instant.now();

        authority
                .issue("a", now.minus(Duration.ofDays(2)), now.minus(Duration.ofDays(1)))
                .write(temp);
        refused(temp.resolve("cert.pem"), temp.resolve("key.pem"))
                .hasMessageContaining("expired at")
                .hasMessageContaining("Put a new certificate there.");

        authority
                .issue("a", now.plus(Duration.ofDays(1)), now.plus(Duration.ofDays(2)))
                .write(temp);
        refused(temp.resolve("cert.pem"), temp.resolve("key.pem"))
                .hasMessageContaining("is valid only from")
                .hasMessageContaining("clock");
    }

    @Test
    void halfWrittenFilesAreRefused() throws IOException {
        TestAuthority.Issued issued = new TestAuthority("ca").issue("a").write(temp);
        String certificate = issued.certificatePem();
        String key = issued.keyPem();

        Files.writeString(temp.resolve("cert.pem"), certificate + certificate.substring(0, 100));
        refused(temp.resolve("cert.pem"), temp.resolve("key.pem")).hasMessageContaining("a block has no end");

        Files.writeString(temp.resolve("cert.pem"), certificate);
        Files.writeString(temp.resolve("key.pem"), key.substring(0, 100));
        refused(temp.resolve("cert.pem"), temp.resolve("key.pem")).hasMessageContaining("a block has no end");

        Files.writeString(temp.resolve("key.pem"), "");
        refused(temp.resolve("cert.pem"), temp.resolve("key.pem")).hasMessageContaining("holds no private key");

        Files.writeString(temp.resolve("key.pem"), PemBlock.text("EC PRIVATE KEY", new byte[] {0x30, 0x7f, 1}));
        refused(temp.resolve("cert.pem"), temp.resolve("key.pem")).hasMessageContaining("can't be decoded");

        Files.writeString(temp.resolve("key.pem"), "-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----\n");
        refused(temp.resolve("cert.pem"), temp.resolve("key.pem")).hasMessageContaining("is not base64 text");

        Files.writeString(temp.resolve("key.pem"), key);
        Files.writeString(temp.resolve("cert.pem"), PemBlock.text("CERTIFICATE", new byte[] {0x30, 1, 0}));
        refused(temp.resolve("cert.pem"), temp.resolve("key.pem")).hasMessageContaining("can't be decoded");
    }

    @Test
    void hugeFileIsRefused() throws IOException {
        Files.write(temp.resolve("key.pem"), new byte[3 << 20]);

        refused(FIXTURES.resolve("rsa.pem"), temp.resolve("key.pem")).hasMessageContaining("is larger than 2 MiB");
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> refused(Path certificate, Path key) {
        return assertThatThrownBy(() -> load(certificate, key))
                .isInstanceOf(TlsException.class)
                .hasMessageStartingWith("--")
                .hasMessageNotContaining("\n");
    }

    private static Credential load(Path certificate, Path key) throws IOException {
        KeyPairFiles files = new KeyPairFiles(new TlsFile("cert", certificate), new TlsFile("key", key));
        return Credential.of(files, files.certificate().read(), files.key().read(), Instant.now());
    }
}
