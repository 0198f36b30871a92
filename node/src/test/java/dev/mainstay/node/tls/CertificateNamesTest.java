package dev.mainstay.node.tls;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CertificateNamesTest {

    private final TestAuthority authority = new TestAuthority("ca");

    /** The text form lists names from the last to the first. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            alice                    | alice
            'a\\, b'                 | 'a, b'
            last,OU=x,CN=first       | last
            alice+C=DE               | alice
            alice+OU=x,O=y           | alice
            ''                       | ''
            """)
    void commonNameIsTheLastOne(String subject, String name) {
        assertThat(CertificateNames.commonName(authority.issue(subject).certificate()))
                .isEqualTo(name);
    }
}
