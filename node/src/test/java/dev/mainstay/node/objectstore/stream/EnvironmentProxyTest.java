package dev.mainstay.node.objectstore.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EnvironmentProxyTest {

    private static final URI SERVER = URI.create("https://storage.googleapis.com");

    @Test
    void proxyIsTheOneForTheServersScheme() {
        assertThat(proxy(Map.of("HTTPS_PROXY", "http://proxy.local:3128"))).contains("proxy.local:3128");
        assertThat(proxy(Map.of("https_proxy", "proxy.local:3128"))).contains("proxy.local:3128");
        assertThat(proxy(Map.of("HTTP_PROXY", "http://proxy.local:3128"))).isEmpty();
        assertThat(proxy(Map.of())).isEmpty();
    }

    @Test
    void serversWithoutAProxyAreNamed() {
        for (String without : new String[] {
            "*", "googleapis.com", ".googleapis.com", "a.b, storage.googleapis.com", "*.googleapis.com"
        }) {
            assertThat(proxy(Map.of("HTTPS_PROXY", "http://proxy.local:3128", "NO_PROXY", without)))
                    .as(without)
                    .isEmpty();
        }
        assertThat(proxy(Map.of("HTTPS_PROXY", "http://proxy.local:3128", "NO_PROXY", "apis.com,localhost")))
                .isPresent();
    }

    private static Optional<String> proxy(Map<String, String> environment) {
        return EnvironmentProxy.of(SERVER, environment)
                .map(address -> address.getHostString() + ":" + address.getPort());
    }
}
