package dev.mainstay.node.server;

import dev.mainstay.node.common.Member;
import dev.mainstay.node.membership.MemberId;
import dev.mainstay.node.membership.Members;
import dev.mainstay.node.server.settings.MemberUrl;
import dev.mainstay.node.server.settings.NodeSettings;
import java.util.List;

/** With whom a cluster began, so far as a member's flags and its data can tell. */
final class Founders {

    private Founders() {}

    /**
     * Those of {@code --initial-cluster} if they make the id of the cluster that the data belongs to; else the member
     * alone, if that does; else nobody, for flags count only while a cluster is founded.
     */
    static List<Member> of(NodeIdentity identity, NodeSettings.Cluster cluster) {
        List<Member> flagged = cluster.members().stream()
                .map(member -> new Member(
                        MemberId.ofBootstrapMember(member.peerUrls(), cluster.token()),
                        member.name(),
                        member.peerUrls().stream().sorted().toList(),
                        List.of(),
                        false))
                .toList();
        if (make(identity, flagged)) {
            return flagged;
        }
        List<Member> alone =
                List.of(new Member(identity.memberId(), identity.name(), identity.peerUrls(), List.of(), false));
        return make(identity, alone) ? alone : List.of();
    }

    /** The members to show before the cluster has recorded any: the founders, and what this start says of this one. */
    static Members shown(NodeIdentity identity, NodeSettings settings) {
        List<String> clientUrls = settings.listen().advertiseClientUrls().stream()
                .map(MemberUrl::text)
                .toList();
        Member self = new Member(
                identity.memberId(), settings.identity().name(), identity.peerUrls(), clientUrls, identity.learner());
        List<Member> founders = of(identity, settings.cluster());
        return founders.isEmpty()
                ? Members.of(List.of(self))
                : Members.of(founders.stream()
                        .map(member -> member.id() == self.id() ? self : member)
                        .toList());
    }

    private static boolean make(NodeIdentity identity, List<Member> members) {
        List<Long> ids = members.stream().map(Member::id).toList();
        return ids.contains(identity.memberId()) && MemberId.ofCluster(ids) == identity.clusterId();
    }
}
