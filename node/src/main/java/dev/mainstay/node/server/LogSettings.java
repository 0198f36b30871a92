package dev.mainstay.node.server;

import dev.mainstay.node.common.Member;
import dev.mainstay.node.consensus.GroupControl;
import dev.mainstay.node.consensus.RaftSettings;
import dev.mainstay.node.membership.Members;
import dev.mainstay.node.server.settings.MemberUrl;
import dev.mainstay.node.server.settings.NodeSettings;
import dev.mainstay.node.tls.TlsSetup;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/** What the log must know, from the flags and from what the data says of the cluster. */
final class LogSettings {

    private LogSettings() {}

    /**
     * @param recorded the members as this member's state knows them
     * @param tls how members speak to each other
     */
    static RaftSettings of(NodeSettings settings, DataDirectory directory, Members recorded, Optional<TlsSetup> tls) {
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
                identity.generation(),
                listen.host(),
                listen.port(),
                settings.listen().peerUrls().stream()
                        .skip(1)
                        .map(url -> new InetSocketAddress(url.host(), url.port()))
                        .toList(),
                founders.isEmpty() && identity.learner() ? List.of(listener(identity)) : founders,
                tls,
                identity.forcing() == NodeIdentity.Forcing.BEGUN || isAlone(identity.memberId(), founders, recorded),
                new RaftSettings.Timeouts(
                        raft.heartbeatMillis(),
                        raft.electionMillis(),
                        Math.toIntExact(raft.requestTimeout().toMillis())),
                RaftSettings.Batching.USUAL.withMaxRequestBytes(
                        settings.limits().maxRequestBytes()),
                RaftSettings.LogSizes.USUAL
                        .withSnapshotEntries(raft.snapshotEntries())
                        .withCatchUpEntries(raft.catchUpEntries()));
    }

    private static GroupControl.Peer peer(Member member) {
        return new GroupControl.Peer(member.id(), address(member.peerUrls()), member.learner());
    }

    /**
     * The log of a learner must know from its very beginning that it is one. Ratis 3.3 never tells a member that it became
     * one: it would wait to be a voter, serve no linearizable read, and, once a new leader had let it go, stand for election
     * and end itself for not being in the configuration.
     */
    private static GroupControl.Peer listener(NodeIdentity identity) {
        return new GroupControl.Peer(identity.memberId(), address(identity.peerUrls()), true);
    }

    private static String address(List<String> peerUrls) {
        return MemberUrl.parse(peerUrls.getFirst()).hostAndPort();
    }

    private static boolean isAlone(long self, List<GroupControl.Peer> founders, Members recorded) {
        if (recorded.isEmpty()) {
            return founders.size() == 1;
        }
        List<Member> voters = recorded.voters();
        return voters.size() == 1 && voters.getFirst().id() == self;
    }
}
