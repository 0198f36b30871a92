package dev.mainstay.node.server;

import dev.mainstay.node.membership.Member;
import dev.mainstay.node.membership.Members;
import dev.mainstay.node.server.settings.MemberUrl;
import java.util.List;

/**
 * The members of a cluster that has one. Its name and client URLs are what this start says, as etcd publishes them anew at
 * each start; its id and peer URLs are what the data says.
 */
record ClusterView(NodeIdentity identity, String name, List<MemberUrl> clientUrls) {

    Members members() {
        Member self = new Member(
                identity.memberId(),
                name,
                identity.peerUrls(),
                clientUrls.stream().map(MemberUrl::text).toList(),
                false);
        return new Members(identity.clusterId(), List.of(self));
    }
}
