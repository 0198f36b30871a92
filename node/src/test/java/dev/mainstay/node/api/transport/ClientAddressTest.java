package dev.mainstay.node.api.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientAddressTest {

    @ParameterizedTest
    @CsvSource({
        "10.0.0.9, 10.0.0.9",
        "2001:db8:1:2:3:4:5:6, 2001:db8:1:2:0:0:0:0/64",
        "::1, 0:0:0:0:0:0:0:1",
        "::ffff:10.0.0.9, 10.0.0.9",
    })
    void whoHasAWholeNetworkCountsAsOne(String address, String counted) {
        assertThat(ClientAddress.of(new InetSocketAddress(address, 4711))).isEqualTo(counted);
    }

    @Test
    void socketFilesHaveNoAddress() {
        assertThat(ClientAddress.of(UnixDomainSocketAddress.of("/x"))).isEqualTo(ClientAddress.SOCKET_FILE);
        assertThat(ClientAddress.of(null)).isEqualTo(ClientAddress.SOCKET_FILE);
    }
}
