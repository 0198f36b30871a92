package dev.mainstay.node.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.PrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files change, managers stay, and real handshakes tell what is shown and believed. */
class LiveTlsTest {

    private static final String HOST = "127.0.0.1";

    private final TestAuthority authority = new TestAuthority("old-ca");
    private final List<LiveTls> opened = new ArrayList<>();

    @TempDir
    Path temp = Path.of("");

    @AfterEach
    void close() {
        opened.forEach(LiveTls::close);
    }

    /** A side with files of its own in a folder. */
    private Path side(String name, TestAuthority issuer, String trusted) throws IOException {
        Path folder = Files.createDirectories(temp.resolve(name));
        issuer.issue(name, HOST).write(folder);
        Files.writeString(folder.resolve("ca.pem"), trusted);
        return folder;
    }

    private LiveTls open(Path folder, NameRules rules, InstantSource clock) throws IOException {
        KeyPairFiles own = new KeyPairFiles(
                new TlsFile("cert", folder.resolve("cert.pem")), new TlsFile("key", folder.resolve("key.pem")));
        Path revoked = folder.resolve("crl");
        LiveTls tls = LiveTls.open(
                new TlsFiles(
                        own,
                        own,
                        new TrustSource.Bundle(new TlsFile("ca", folder.resolve("ca.pem"))),
                        Files.exists(revoked) ? Optional.of(new TlsFile("crl", revoked)) : Optional.empty()),
                rules,
                "test",
                clock);
        opened.add(tls);
        return tls;
    }

    private LiveTls open(Path folder) throws IOException {
        return open(folder, NameRules.NONE, InstantSource.system());
    }

    /** Twice, as a change is taken when it has settled. */
    private static void look(LiveTls... all) {
        for (LiveTls tls : all) {
            tls.look();
            tls.look();
        }
    }

    @Test
    void changedCertificateIsShownOnceItHasSettled() throws IOException {
        Path folder = side("server", authority, authority.pem());
        LiveTls server = open(folder);
        LiveTls client = open(side("client", authority, authority.pem()));
        Handshake before = Handshake.of(client, server);
        assertThat(before.client()).isNotEqualTo(before.server());

        TestAuthority.Issued fresh = authority.issue("server", HOST).write(folder);
        server.look();
        assertThat(Handshake.of(client, server)).isEqualTo(before);
        server.look();

        assertThat(Handshake.of(client, server).server()).isEqualTo(fresh.certificate());
        assertThat(server.reloads()).isEqualTo(1);
        assertThat(server.failures()).isZero();
        assertThat(server.expiry()).isEqualTo(fresh.certificate().getNotAfter().toInstant());
    }

    @Test
    void brokenFilesLeaveTheOldOnesInUseAndAreReportedOnce() throws IOException {
        Path folder = side("server", authority, authority.pem());
        LiveTls server = open(folder);
        LiveTls client = open(side("client", authority, authority.pem()));
        Handshake before = Handshake.of(client, server);
        TestAuthority.Issued fresh = authority.issue("server", HOST);

        // Of a pair only one half, then a torn file, then none.
        Files.writeString(folder.resolve("cert.pem"), fresh.certificatePem());
        look(server, server);
        assertThat(Handshake.of(client, server)).isEqualTo(before);
        assertThat(server.failures()).isEqualTo(1);
        Files.writeString(folder.resolve("cert.pem"), fresh.certificatePem().substring(0, 90));
        look(server, server);
        assertThat(server.failures()).isEqualTo(2);
        Files.delete(folder.resolve("cert.pem"));
        look(server, server);
        assertThat(server.failures()).isEqualTo(3);
        assertThat(Handshake.of(client, server)).isEqualTo(before);

        fresh.write(folder);
        look(server);
        assertThat(Handshake.of(client, server).server()).isEqualTo(fresh.certificate());
        assertThat(server.reloads()).isEqualTo(1);
    }

    @Test
    void replacedLinkToAFolderIsFollowed() throws IOException {
        Path folder = Files.createDirectories(temp.resolve("mount"));
        Path first = Files.createDirectories(folder.resolve("..first"));
        authority.issue("server", HOST).write(first);
        Files.writeString(first.resolve("ca.pem"), authority.pem());
        Files.createSymbolicLink(folder.resolve("..data"), Path.of("..first"));
        for (String file : List.of("cert.pem", "key.pem", "ca.pem")) {
            Files.createSymbolicLink(folder.resolve(file), Path.of("..data", file));
        }
        LiveTls server = open(folder);
        LiveTls client = open(side("client", authority, authority.pem()));
        Handshake.of(client, server);

        Path second = Files.createDirectories(folder.resolve("..second"));
        TestAuthority.Issued fresh = authority.issue("server", HOST).write(second);
        Files.writeString(second.resolve("ca.pem"), authority.pem());
        Files.createSymbolicLink(folder.resolve("..data_tmp"), Path.of("..second"));
        Files.move(folder.resolve("..data_tmp"), folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
        look(server);

        assertThat(Handshake.of(client, server).server()).isEqualTo(fresh.certificate());
    }

    @Test
    void authorityIsReplacedStepByStepWithoutARefusal() throws IOException {
        TestAuthority next = new TestAuthority("new-ca");
        List<Path> folders = List.of(side("a", authority, authority.pem()), side("b", authority, authority.pem()));
        LiveTls a = open(folders.getFirst());
        LiveTls b = open(folders.getLast());

        for (Path folder : folders) {
            Files.writeString(folder.resolve("ca.pem"), authority.pem() + next.pem());
            look(a, b);
            bothWays(a, b);
        }
        for (Path folder : folders) {
            next.issue("m", HOST).write(folder);
            look(a, b);
            bothWays(a, b);
        }
        for (Path folder : folders) {
            Files.writeString(folder.resolve("ca.pem"), next.pem());
            look(a, b);
            bothWays(a, b);
        }

        LiveTls late = open(side("late", authority, authority.pem() + next.pem()));
        refused(late, a, "of CN=late, issued by CN=old-ca: unable to find valid certification path");
        refused(a, late, "of CN=late, issued by CN=old-ca: unable to find valid certification path");
    }

    private static void bothWays(LiveTls a, LiveTls b) throws IOException {
        Handshake.of(a, b);
        Handshake.of(b, a);
    }

    @Test
    void foreignAuthorityIsRefused() throws IOException {
        LiveTls server = open(side("server", authority, authority.pem()));
        TestAuthority foreign = new TestAuthority("foreign-ca");

        refused(
                open(side("stranger", foreign, authority.pem())),
                server,
                "of CN=stranger, issued by CN=foreign-ca: unable to find valid certification path");
    }

    @Test
    void revokedCertificateIsRefusedFromTheReloadOn() throws IOException {
        Path folder = side("server", authority, authority.pem());
        Files.write(folder.resolve("crl"), authority.revoking());
        LiveTls server = open(folder);
        Path clients = side("client", authority, authority.pem());
        LiveTls client = open(clients);
        Handshake known = Handshake.of(client, server);

        Files.writeString(
                folder.resolve("crl"),
                PemBlock.text(
                        "X509 CRL", authority.revoking(new TestAuthority.Issued(known.client(), anyKey(clients)))));
        look(server);

        refused(client, server, "of CN=client, issued by CN=old-ca: it was revoked");
    }

    private static PrivateKey anyKey(Path folder) throws IOException {
        TlsFile file = new TlsFile("key", folder.resolve("key.pem"));
        return PrivateKeys.in(file, file.read());
    }

    @Test
    void expiredCertificateIsRefusedByTheOtherSide() throws IOException {
        Path folder = side("late", authority, authority.pem());
        Instant yesterday = Instant.now().minus(Duration.ofDays(1));
        authority
                .issue("late", yesterday.minus(Duration.ofDays(1)), yesterday.plusSeconds(3_600), HOST)
                .write(folder);
        LiveTls late = open(folder, NameRules.NONE, InstantSource.fixed(yesterday));
        LiveTls other = open(side("other", authority, authority.pem()));

        refused(late, other, "of CN=late, issued by CN=old-ca: it has expired");
        refused(other, late, "of CN=late, issued by CN=old-ca: it has expired");
    }

    @Test
    void expiredReplacementIsNotTaken() throws IOException {
        Path folder = side("server", authority, authority.pem());
        LiveTls server = open(folder);
        Instant yesterday = Instant.now().minus(Duration.ofDays(1));

        authority
                .issue("server", yesterday.minus(Duration.ofDays(1)), yesterday, HOST)
                .write(folder);
        look(server);

        assertThat(server.failures()).isEqualTo(1);
        assertThat(server.expiry()).isAfter(Instant.now());
    }

    @Test
    void serverMustBeTheHostThatWasCalled() throws IOException {
        Path folder = side("server", authority, authority.pem());
        authority.issue("server", "127.0.0.2", "localhost").write(folder);
        LiveTls client = open(side("client", authority, authority.pem()));

        refused(client, open(folder), "No subject alternative names matching IP address 127.0.0.1 found");
        assertThat(client.refusals().count()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"client, '', true", "somebody, '', false", "'', 127.0.0.1, true", "'', b.example, false"})
    void namesOfOthersCanBeRestricted(String commonName, String host, boolean taken) throws IOException {
        NameRules rules = new NameRules(
                commonName.isEmpty() ? List.of() : List.of("x", commonName),
                host.isEmpty() ? List.of() : List.of("x.example", host));
        LiveTls server = open(side("server", authority, authority.pem()), rules, InstantSource.system());
        LiveTls client = open(side("client", authority, authority.pem()));

        if (taken) {
            Handshake.of(client, server);
        } else {
            refused(client, server, "of CN=client, issued by CN=old-ca: it");
        }
    }

    @Test
    void emptyOrWhollyExpiredBundleIsRefused() throws IOException {
        Path folder = side("server", authority, "# no authority yet\n");
        assertThatThrownBy(() -> open(folder))
                .isInstanceOf(TlsException.class)
                .hasMessageContaining("ca.pem holds no certificate in PEM form");

        Files.writeString(
                folder.resolve("ca.pem"),
                new TestAuthority("gone", Instant.now().minusSeconds(60)).pem());
        assertThatThrownBy(() -> open(folder))
                .isInstanceOf(TlsException.class)
                .hasMessageContaining("holds only certificates that have expired");

        Files.writeString(folder.resolve("ca.pem"), authority.pem());
        Files.writeString(folder.resolve("crl"), "nonsense");
        assertThatThrownBy(() -> open(folder)).isInstanceOf(TlsException.class).hasMessageContaining("revocation list");
    }

    @Test
    void handshakeThatBeganWithTheOldKeyEndsWithIt() throws IOException {
        Path folder = side("server", authority, authority.pem());
        LiveTls server = open(folder);
        String alias = String.valueOf(server.serving().chooseServerAlias("EC", null, null));
        var chain = server.serving().getCertificateChain(alias);
        var key = server.serving().getPrivateKey(alias);

        authority.issue("server", HOST).write(folder);
        look(server);

        assertThat(server.serving().getCertificateChain(alias)).isEqualTo(chain);
        assertThat(server.serving().getPrivateKey(alias)).isEqualTo(key);
        assertThat(server.serving().chooseServerAlias("EC", null, null)).isNotEqualTo(alias);
        assertThat(server.serving().chooseServerAlias("RSA", null, null)).isNull();
    }

    @Test
    void filesAreFollowedByThemselves() throws Exception {
        Path folder = side("server", authority, authority.pem());
        LiveTls server = open(folder);
        server.follow();

        TestAuthority.Issued fresh = authority.issue("server", HOST).write(folder);

        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (server.reloads() == 0 && System.nanoTime() < deadline) {
            Thread.sleep(20);
        }
        assertThat(server.expiry()).isEqualTo(fresh.certificate().getNotAfter().toInstant());
        assertThat(server.reloads()).isEqualTo(1);
    }

    /** One side refuses the other, and some failure of the two says why. */
    private static void refused(LiveTls client, LiveTls server, String reason) {
        assertThatThrownBy(() -> Handshake.of(client, server)).satisfies(failure -> {
            List<String> reasons = new ArrayList<>();
            TlsFailure.reason(failure).ifPresent(reasons::add);
            for (Throwable own : failure.getSuppressed()) {
                TlsFailure.reason(own).ifPresent(reasons::add);
            }
            assertThat(String.join("\n", reasons)).contains(reason);
        });
    }
}
