package dev.mainstay.node.api.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.api.CompatibilityPage;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class RoutesTest {

    @Test
    void pathsLeadWhereThePageSays() throws IOException {
        for (CompatibilityPage.Rpc rpc : CompatibilityPage.rpcs()) {
            for (String path : rpc.paths()) {
                assertThat(Routes.of(path))
                        .as(path)
                        .isNotNull()
                        .satisfies(route ->
                                assertThat(route.method().getFullMethodName()).isEqualTo(rpc.method()));
            }
        }
    }
}
