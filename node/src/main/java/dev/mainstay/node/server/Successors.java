package dev.mainstay.node.server;

import dev.mainstay.node.consensus.PeerProbe;
import dev.mainstay.node.membership.MemberId;
import dev.mainstay.node.membership.Members;
import dev.mainstay.node.server.DataDirectoryException.Problem;
import dev.mainstay.node.server.NodeIdentity.Forcing;
import dev.mainstay.node.server.settings.MemberUrl;
import dev.mainstay.node.server.settings.NodeSettings;
import dev.mainstay.node.tls.TlsSetup;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Asks the others, before a member takes part, whether the cluster has begun anew without it: it must not found the old cluster
 * again with others of that time. One that is to begin anew itself mustn't while others are up.
 */
final class Successors {

    private static final System.Logger LOG = System.getLogger(Successors.class.getName());

    /** A member that is up answers sooner; one that isn't there mostly refuses the connection at once. */
    private static final int PROBE_MILLIS = 1_000;

    private final NodeIdentity self;
    private final Set<String> peerUrls = new LinkedHashSet<>();
    private final Optional<TlsSetup> tls;

    /**
     * @param recorded the members as the state on disk knows them, which may be older than the log
     * @param flags say others
     */
    Successors(NodeIdentity self, Members recorded, NodeSettings.Cluster flags, Optional<TlsSetup> tls) {
        this.self = self;
        this.tls = tls;
        recorded.members().stream()
                .filter(member -> member.id() != self.memberId())
                .forEach(member -> peerUrls.addAll(member.peerUrls()));
        flags.members().forEach(member -> peerUrls.addAll(member.peerUrls()));
        flags.peerUrls().forEach(url -> peerUrls.remove(url.text()));
        self.peerUrls().forEach(peerUrls::remove);
    }

    /** Whether what a peer tells of itself means that the cluster went on without this member. */
    static boolean isLater(NodeIdentity self, PeerIdentity other) {
        return other.clusterId() == self.clusterId() && other.generation() > self.generation();
    }

    /** @throws DataDirectoryException if this member must not take part */
    void refuse(Path directory) throws DataDirectoryException {
        if (peerUrls.isEmpty()) {
            return;
        }
        boolean forcing = self.forcing() == Forcing.BEGUN;
        try (PeerProbe probe = new PeerProbe(PROBE_MILLIS, tls)) {
            List<CompletableFuture<byte[]>> asked = peerUrls.stream()
                    .map(url -> probe.identify(MemberUrl.parse(url).hostAndPort()))
                    .toList();
            for (CompletableFuture<byte[]> answer : asked) {
                PeerIdentity other;
                try {
                    other = PeerIdentity.fromBytes(answer.join());
                } catch (RuntimeException e) {
                    LOG.log(Level.DEBUG, "a member doesn''t answer", e);
                    continue;
                }
                if (isLater(self, other)) {
                    throw new DataDirectoryException(
                            Problem.REMOVED,
                            directory,
                            "holds member " + MemberId.hex(self.memberId()) + ", which was left out when cluster "
                                    + MemberId.hex(self.clusterId())
                                    + " was forced to begin anew without it, as member "
                                    + MemberId.hex(other.memberId())
                                    + " says. It can't come back. To join again, add a new member (etcdctl member add), set"
                                    + " --data-dir to an empty directory, and --initial-cluster-state to existing.");
                }
                if (forcing && other.clusterId() == self.clusterId() && other.memberId() != self.memberId()) {
                    throw new DataDirectoryException(
                            Problem.FORCING,
                            directory,
                            "can't begin anew alone while member " + MemberId.hex(other.memberId())
                                    + " of the same cluster is up. Stop all other members first, and see to it that"
                                    + " they stay down.");
                }
            }
        }
    }
}
