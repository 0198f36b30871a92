package dev.mainstay.node.membership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.common.Member;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemberIdTest {

    @Test
    void defaultMemberHasTheIdsOfEtcdsDefaultMember() {
        long member = MemberId.ofBootstrapMember(List.of("http://localhost:2380"), "etcd-cluster");

        assertThat(MemberId.hex(member)).isEqualTo("8e9e05c52164694d");
        assertThat(MemberId.hex(MemberId.ofCluster(List.of(member)))).isEqualTo("cdf818194e3a8c32");
    }

    @Test
    void orderOfUrlsAndMembersDoesNotMatter() {
        long oneWay = MemberId.ofBootstrapMember(List.of("http://a:1", "http://b:1"), "t");
        long other = MemberId.ofBootstrapMember(List.of("http://b:1", "http://a:1"), "t");

        assertThat(oneWay).isEqualTo(other);
        assertThat(MemberId.ofCluster(List.of(oneWay, -5L))).isEqualTo(MemberId.ofCluster(List.of(-5L, oneWay)));
    }

    @Test
    void membersAreListedByUnsignedId() {
        Member high = new Member(-1, "high", List.of("http://a:1"), List.of(), false);
        Member low = new Member(1, "low", List.of("http://b:1"), List.of(), false);

        Members members = Members.of(List.of(high, low));

        assertThat(members.members()).containsExactly(low, high);
        assertThat(members.find(-1)).contains(high);
        assertThat(members.find(2)).isEmpty();
    }
}
