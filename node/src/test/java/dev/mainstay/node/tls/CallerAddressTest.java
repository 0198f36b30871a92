package dev.mainstay.node.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallerAddressTest {

    private static final InetAddress CALLER = InetAddress.ofLiteral("10.0.0.7");
    private static final TestAuthority AUTHORITY = new TestAuthority("ca");

    private final CallerAddress rule = new CallerAddress(new CallerAddress.Lookup() {
        @Override
        public String nameOf(InetAddress address) {
            return address.equals(CALLER) ? "Etcd-0.etcd.ns.svc" : address.getHostAddress();
        }

        @Override
        public List<InetAddress> addressesOf(String name) {
            return name.equals("seven.example") ? List.of(CALLER) : List.of();
        }
    });

    @ParameterizedTest
    @CsvSource({
        "10.0.0.7, true",
        "10.0.0.8, false",
        "etcd-0.etcd.ns.svc, true",
        "*.ns.svc, true",
        "*.etcd.ns.svc, true",
        "*.other.svc, false",
        "seven.example, true",
        "eight.example, false",
        "::1, false"
    })
    void callerMustBeNamed(String host, boolean taken) {
        assertThat(rule.refusal(AUTHORITY.issue("a", host).certificate(), CALLER)
                        .isEmpty())
                .isEqualTo(taken);
    }

    @Test
    void certificateWithoutNamesPasses() {
        assertThat(rule.refusal(AUTHORITY.issue("a").certificate(), CALLER)).isEmpty();
    }

    @Test
    void oneOfSeveralNamesIsEnoughAndTheRefusalTellsAll() {
        assertThat(rule.refusal(
                        AUTHORITY.issue("a", "10.0.0.8", "seven.example").certificate(), CALLER))
                .isEmpty();
        assertThat(rule.refusal(AUTHORITY.issue("a", "10.0.0.8", "b.example").certificate(), CALLER))
                .hasValueSatisfying(why -> assertThat(why)
                        .contains("of CN=a, issued by CN=ca is for 10.0.0.8 and b.example, and the caller's address"
                                + " 10.0.0.7 is none of these"));
    }

    @ParameterizedTest
    @CsvSource({
        "a.example, a.example, true",
        "A.Example., a.example, true",
        "*.example, a.example, true",
        "*.example, b.a.example, false",
        "*.example, example, false",
        "a.example, b.example, false"
    })
    void namesMatchLabelByLabel(String pattern, String host, boolean matches) {
        assertThat(CertificateNames.matches(pattern, host)).isEqualTo(matches);
    }

    @Test
    void namesAreReadOffACertificate() {
        var certificate =
                AUTHORITY.issue("member-1", "a.example", "10.0.0.7", "::1").certificate();

        assertThat(CertificateNames.commonName(certificate)).isEqualTo("member-1");
        assertThat(CertificateNames.hosts(certificate)).containsExactly("a.example");
        assertThat(CertificateNames.addresses(certificate)).containsExactly(CALLER, InetAddress.ofLiteral("::1"));
        assertThat(CertificateNames.cover(certificate, "10.0.0.7")).isTrue();
        assertThat(CertificateNames.cover(certificate, "10.0.0.8")).isFalse();
        assertThat(CertificateNames.cover(certificate, "a.example")).isTrue();
    }
}
