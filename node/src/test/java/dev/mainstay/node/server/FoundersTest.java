package dev.mainstay.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.common.Member;
import dev.mainstay.node.membership.MemberId;
import dev.mainstay.node.server.settings.NodeSettings;
import java.util.List;
import org.junit.jupiter.api.Test;

class FoundersTest {

    private static final List<String> A = List.of("http://a:1");
    private static final List<String> B = List.of("http://b:1");
    private static final long ID_A = MemberId.ofBootstrapMember(A, "t");
    private static final long ID_B = MemberId.ofBootstrapMember(B, "t");

    @Test
    void flagsCountIfTheyMakeTheClusterOfTheData() {
        NodeIdentity data = new NodeIdentity(ID_A, MemberId.ofCluster(List.of(ID_A, ID_B)), "old", A, "t");

        assertThat(Founders.of(data, flags("t")))
                .containsExactly(
                        new Member(ID_A, "a", A, List.of(), false), new Member(ID_B, "b", B, List.of(), false));
        assertThat(Founders.of(data, flags("other token"))).isEmpty();
    }

    @Test
    void loneMemberFoundsItsClusterWhateverTheFlagsSay() {
        NodeIdentity data = new NodeIdentity(ID_A, MemberId.ofCluster(List.of(ID_A)), "old", A, "t");

        assertThat(Founders.of(data, flags("t"))).containsExactly(new Member(ID_A, "old", A, List.of(), false));
    }

    private static NodeSettings.Cluster flags(String token) {
        return new NodeSettings.Cluster(
                List.of(new NodeSettings.InitialMember("a", A), new NodeSettings.InitialMember("b", B)),
                token,
                List.of(),
                false,
                false,
                true,
                1);
    }
}
