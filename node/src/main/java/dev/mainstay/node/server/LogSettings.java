package dev.mainstay.node.server;

import dev.mainstay.node.common.Member;
import dev.mainstay.node.consensus.GroupControl;
import dev.mainstay.node.consensus.RaftSettings;
import dev.mainstay.node.membership.Members;
import dev.mainstay.node.server.settings.MemberUrl;
import dev.mainstay.node.server.settings.NodeSettings;
import java.util.List;

/** What the log must know, from the flags and from what the data says of the cluster. */
final class LogSettings {

    private LogSettings() {}

    /** @param recorded the members as this member's state knows them */
    static RaftSettings of(NodeSettings settings, DataDirectory directory, Members recorded) {
        MemberUrl listen = settings.listen().peerUrls().getFirst();
        NodeSettings.Raft raft = settings.raft();
        NodeIdentity identity = directory.identity();
        List<GroupControl.Peer> founders = Founders.of(identity, settings.cluster()).stream()
                .map(LogSettings::peer)
                .toList();
        return new RaftSettings(
                directory.log(),
                directory.acknowledged(),
                identity.memberId(),
                identity.clusterId(),
                listen.host(),
                listen.port(),
                founders,
                isAlone(identity.memberId(), founders, recorded),
                new RaftSettings.Timeouts(
                        raft.heartbeatMillis(),
                        raft.electionMillis(),
                        Math.toIntExact(raft.requestTimeout().toMillis())),
                RaftSettings.Batching.USUAL.withMaxRequestBytes(
                        settings.limits().maxRequestBytes()),
                RaftSettings.LogSizes.USUAL.withSnapshotEntries(raft.snapshotEntries()));
    }

    private static GroupControl.Peer peer(Member member) {
        String address = MemberUrl.parse(member.peerUrls().getFirst()).hostAndPort();
        return new GroupControl.Peer(member.id(), address, member.learner());
    }

    private static boolean isAlone(long self, List<GroupControl.Peer> founders, Members recorded) {
        if (recorded.isEmpty()) {
            return founders.size() == 1;
        }
        List<Member> voters = recorded.voters();
        return voters.size() == 1 && voters.getFirst().id() == self;
    }
}
