package dev.mainstay.node.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TlsProtocolTest {

    @ParameterizedTest
    @CsvSource({
        "TLS1.2, '', 'TLSv1.2,TLSv1.3'",
        "'', '', 'TLSv1.2,TLSv1.3'",
        "TLS1.2, TLS1.2, TLSv1.2",
        "TLS1.3, '', TLSv1.3",
        "TLS1.3, TLS1.3, TLSv1.3"
    })
    void versionsAreARange(String min, String max, String names) {
        assertThat(TlsProtocol.of(min, max, List.of()).versions()).containsExactly(names.split(",", -1));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            TLS1.4 | '' | '' | unexpected TLS version "TLS1.4" (must be one of: TLS1.2, TLS1.3)
            TLS1.2 | TLS1.1 | '' | unexpected TLS version "TLS1.1" (must be one of: TLS1.2, TLS1.3)
            TLS1.3 | TLS1.2 | '' | min version (TLS1.3) is greater than max version (TLS1.2)
            TLS1.3 | '' | TLS_AES_128_GCM_SHA256 | cipher suites cannot be configured when only TLS1.3 is enabled
            TLS1.2 | '' | FOO | unexpected TLS cipher suite "FOO"
            TLS1.2 | '' | TLS_RSA_WITH_RC4_128_SHA | none of the TLS cipher suites TLS_RSA_WITH_RC4_128_SHA is offered by this Java, which takes them for insecure
            TLS1.2 | TLS1.2 | TLS_AES_128_GCM_SHA256 | cipher suites of TLS1.3 alone can't be used with TLS1.2
            """)
    void nonsenseIsRefusedInEtcdsWords(String min, String max, String suite, String reason) {
        assertThatThrownBy(() -> TlsProtocol.of(min, max, suite.isEmpty() ? List.of() : List.of(suite)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(reason);
    }

    @Test
    void suitesOfTheUsualHardeningGuidesAreTaken() {
        TlsProtocol protocol = TlsProtocol.of(
                "TLS1.2",
                "",
                List.of(
                        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305",
                        "TLS_RSA_WITH_AES_256_GCM_SHA384",
                        "TLS_AES_128_GCM_SHA256"));

        assertThat(protocol.cipherSuites())
                .startsWith("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256")
                .containsAll(CipherSuites.OF_TLS_13)
                .hasSize(5);
        assertThat(protocol.outdatedSuites()).containsExactly("TLS_RSA_WITH_AES_256_GCM_SHA384");
    }
}
