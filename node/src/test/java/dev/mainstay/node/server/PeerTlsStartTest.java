package dev.mainstay.node.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.node.tls.TestAuthority;
import dev.mainstay.node.tls.TlsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A member with https:// peer URLs: that it starts, and that it doesn't when its certificates can't be used. */
class PeerTlsStartTest {

    private final TestAuthority authority = new TestAuthority("ca");

    @TempDir
    Path temp = Path.of("");

    @BeforeEach
    void files() throws IOException {
        authority.issue("m", "127.0.0.1").write(temp);
        Files.writeString(temp.resolve("ca.pem"), authority.pem());
    }

    private RunningMember start() throws DataDirectoryException, IOException {
        return new RunningMember(
                temp.resolve("data"),
                "--listen-peer-urls=https://127.0.0.1:0",
                "--initial-advertise-peer-urls=https://127.0.0.1:2380",
                "--peer-cert-file=" + temp.resolve("cert.pem"),
                "--peer-key-file=" + temp.resolve("key.pem"),
                "--peer-trusted-ca-file=" + temp.resolve("ca.pem"),
                "--peer-client-cert-auth");
    }

    @Test
    void memberServesAndTellsWhenItsCertificateExpires() throws Exception {
        Instant end = Instant.now().plus(Duration.ofDays(9));
        authority.issue("m", Instant.now().minusSeconds(60), end, "127.0.0.1").write(temp);

        try (RunningMember member = start()) {
            put(member);

            assertThat(member.get("/metrics"))
                    .contains(
                            "mainstay_peer_certificate_expiry_timestamp_seconds " + end.getEpochSecond(),
                            "mainstay_peer_tls_reloads_total 0",
                            "mainstay_peer_tls_reload_failures_total 0",
                            "mainstay_peer_tls_failures_total 0",
                            "mainstay_tls_certificate_expiry_timestamp_seconds{endpoint=\"peer\",serial=",
                            "mainstay_tls_trusted_bundle{endpoint=\"peer\",sha256=");
        }
    }

    @Test
    void memberMakesItsOwnCertificateAndKeepsIt() throws Exception {
        Path data = temp.resolve("data");
        String[] flags = {
            "--listen-peer-urls=https://127.0.0.1:0",
            "--initial-advertise-peer-urls=https://127.0.0.1:2380",
            "--peer-auto-tls"
        };
        String made;
        try (RunningMember member = new RunningMember(data, flags)) {
            put(member);
            made = Files.readString(data.resolve("fixtures/peer/cert.pem"));
        }
        try (RunningMember member = new RunningMember(data, flags)) {
            put(member);
        }

        assertThat(data.resolve("fixtures/peer/cert.pem")).hasContent(made);
    }

    @Test
    void missingFileEndsTheStart() throws Exception {
        Files.delete(temp.resolve("key.pem"));

        refused("--peer-key-file " + temp.resolve("key.pem")
                + " doesn't exist. Put the file there, or correct --peer-key-file.");
    }

    @Test
    void keyOfAnotherCertificateEndsTheStart() throws Exception {
        Files.writeString(temp.resolve("key.pem"), authority.issue("other").keyPem());

        refused("--peer-key-file " + temp.resolve("key.pem") + " doesn't belong to the certificate in --peer-cert-file "
                + temp.resolve("cert.pem") + ". Put the two files there that were made together.");
    }

    @Test
    void expiredCertificateEndsTheStart() throws Exception {
        Instant end = Instant.now().minus(Duration.ofDays(1));
        authority.issue("m", end.minus(Duration.ofDays(1)), end).write(temp);

        refused("--peer-cert-file " + temp.resolve("cert.pem") + " expired at ");
    }

    @Test
    void encryptedKeyEndsTheStart() throws Exception {
        Files.copy(
                Path.of("src/test/resources/tls/rsa-pkcs8-encrypted.key"),
                temp.resolve("key.pem"),
                StandardCopyOption.REPLACE_EXISTING);

        refused("--peer-key-file " + temp.resolve("key.pem") + " holds an encrypted key");
    }

    @Test
    void authoritiesThatAreNoneEndTheStart() throws Exception {
        Files.writeString(temp.resolve("ca.pem"), "");

        refused("--peer-trusted-ca-file " + temp.resolve("ca.pem") + " holds no certificate in PEM form.");
    }

    private void refused(String message) {
        assertThatThrownBy(this::start).isInstanceOf(TlsException.class).hasMessageStartingWith(message);
        assertThat(temp.resolve("data")).doesNotExist();
    }

    private static void put(RunningMember member) {
        member.kv()
                .put(PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("k"))
                        .setValue(ByteString.copyFromUtf8("v"))
                        .build());
    }
}
