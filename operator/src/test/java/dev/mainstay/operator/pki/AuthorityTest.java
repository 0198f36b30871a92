package dev.mainstay.operator.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Certificates as Java's own validation sees them. */
class AuthorityTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant LATER = NOW.plus(Duration.ofDays(90));

    private final Authority authority = Authority.create("a CA", NOW, NOW.plus(Duration.ofDays(1000)));
    private final Authority other = Authority.create("a CA", NOW, NOW.plus(Duration.ofDays(1000)));

    @Test
    void membersCertificateLeadsToItsAuthorityOnly() throws Exception {
        X509Certificate leaf =
                issue(List.of("a-1.a-members.test.svc", "10.0.0.1", "FD00::1")).parsed();

        assertThatCode(() -> validate(leaf, NOW, certificate(authority))).doesNotThrowAnyException();
        assertThatCode(() -> validate(leaf, NOW, certificate(other), certificate(authority)))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> validate(leaf, NOW, certificate(other))).hasMessageContaining("trust anchor");
        assertThatThrownBy(() -> validate(leaf, LATER.plusSeconds(1), certificate(authority)))
                .hasMessageContaining("validity check failed");
        assertThat(Authority.signed(certificate(authority), leaf)).isTrue();
        assertThat(Authority.signed(certificate(other), leaf)).isFalse();
    }

    @Test
    void certificateSaysWhatItIsFor() throws Exception {
        X509Certificate leaf =
                issue(List.of("a-1.a-members.test.svc", "10.0.0.1", "fd00::1")).parsed();

        assertThat(leaf.getSubjectX500Principal().getName()).isEqualTo("CN=mainstay-member");
        assertThat(leaf.getExtendedKeyUsage()).containsExactlyInAnyOrder("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
        assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
        assertThat(leaf.getNotAfter().toInstant()).isEqualTo(LATER.truncatedTo(ChronoUnit.SECONDS));
        assertThat(ServerNames.match(leaf, List.of("FD00:0::1", "a-1.A-members.test.svc", "10.0.0.1")))
                .isTrue();
        assertThat(ServerNames.match(leaf, List.of("a-1.a-members.test.svc", "10.0.0.1")))
                .isFalse();
        assertThat(certificate(authority).getBasicConstraints()).isZero();
    }

    @Test
    void clientsCertificateServesNobody() throws Exception {
        X509Certificate leaf = issue(List.of()).parsed();

        assertThat(leaf.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
        assertThat(leaf.getSubjectAlternativeNames()).isNull();
    }

    @Test
    void keysMustBelongToTheirCertificates() {
        Credential one = issue(List.of());
        Credential two = issue(List.of());

        assertThatCode(one::check).doesNotThrowAnyException();
        assertThatCode(authority.credential()::check).doesNotThrowAnyException();
        assertThatThrownBy(() -> new Credential(one.certificate(), two.key()).check())
                .isInstanceOf(PkiException.class);
        assertThatThrownBy(() -> new Credential("", one.key()).check()).isInstanceOf(PkiException.class);
        assertThatThrownBy(() -> new Credential(one.certificate(), "nothing").check())
                .isInstanceOf(PkiException.class);
        assertThat(one.toString()).doesNotContain("KEY");
    }

    @Test
    void namesAreHostsOrAddresses() {
        assertThat(List.of("a", "A.example.com", "*.example.com", "10.0.0.1", "::1"))
                .allMatch(ServerNames::valid);
        assertThat(List.of("", "a b", "a.", "-a", "10.0.0.256", "1.2.3.4:80", "fe80::1%eth0", "ü.example", "a,b"))
                .noneMatch(ServerNames::valid);
    }

    private Credential issue(List<String> names) {
        return authority.issue(new LeafForm("mainstay-member", names, NOW, LATER));
    }

    private static X509Certificate certificate(Authority authority) {
        return authority.credential().parsed();
    }

    private static void validate(X509Certificate leaf, Instant at, X509Certificate... anchors) throws Exception {
        Set<TrustAnchor> trusted = Set.of(anchors).stream()
                .map(anchor -> new TrustAnchor(anchor, null))
                .collect(Collectors.toSet());
        PKIXParameters parameters = new PKIXParameters(trusted);
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(at));
        var _ = CertPathValidator.getInstance("PKIX")
                .validate(CertificateFactory.getInstance("X.509").generateCertPath(List.of(leaf)), parameters);
    }
}
