package dev.mainstay.node.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TlsFailureTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            (certificate_required) Empty client certificate chain | it showed no certificate
            Empty client certificate chain | it showed no certificate
            (no_application_protocol) No matching protocol | No matching protocol
            (bad_certificate) Received fatal alert: bad_certificate | Received fatal alert: bad_certificate (the other side didn't accept this one, most likely its certificate; its log says why)
            """)
    void reasonIsInWords(String text, String reason) {
        assertThat(TlsFailure.reason(new IOException(new SSLHandshakeException(text))))
                .hasValue(reason);
    }

    @Test
    void otherFailuresAreNoneOfTls() {
        assertThat(TlsFailure.reason(new IOException("reset"))).isEmpty();
    }
}
