package dev.mainstay.node.server;

import dev.mainstay.node.common.Member;
import dev.mainstay.node.consensus.PeerProbe;
import dev.mainstay.node.membership.MemberId;
import dev.mainstay.node.membership.Members;
import dev.mainstay.node.server.DataDirectoryException.Problem;
import dev.mainstay.node.server.settings.MemberUrl;
import dev.mainstay.node.server.settings.NodeSettings;
import dev.mainstay.node.tls.TlsSetup;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Decides who a member without data is. It asks the others first: a member whose disk was wiped must not come back as if
 * it had never voted, and one that is to join must know its id. The flags are those of etcd, and so are the cases.
 */
final class Newcomer implements DataDirectory.Beginning {

    private static final System.Logger LOG = System.getLogger(Newcomer.class.getName());

    private static final int PROBE_MILLIS = 2_000;
    private static final int JOIN_ATTEMPTS = 5;

    private final NodeSettings.Cluster cluster;
    private final NodeIdentity wanted;
    private final Optional<TlsSetup> tls;

    /**
     * @param wanted who the flags say this member is
     * @param tls how members speak to each other
     */
    Newcomer(NodeSettings.Cluster cluster, NodeIdentity wanted, Optional<TlsSetup> tls) {
        this.cluster = cluster;
        this.wanted = wanted;
        this.tls = tls;
    }

    @Override
    public NodeIdentity identity(Path directory) throws DataDirectoryException {
        return cluster.existing() ? joining(directory) : founding(directory);
    }

    private NodeIdentity founding(Path directory) throws DataDirectoryException {
        for (PeerIdentity other : ask()) {
            if (other.clusterId() != wanted.clusterId()) {
                throw refused(
                        directory,
                        "is empty, and these flags make cluster " + MemberId.hex(wanted.clusterId())
                                + ", but member " + MemberId.hex(other.memberId())
                                + " of --initial-cluster is of cluster "
                                + MemberId.hex(other.clusterId())
                                + ". Give every member the same --initial-cluster and --initial-cluster-token.");
            }
            if (!other.members().isEmpty()) {
                throw alreadyThere(directory, other, wanted.memberId());
            }
        }
        return wanted;
    }

    private NodeIdentity joining(Path directory) throws DataDirectoryException {
        PeerIdentity other = someone(directory);
        Members members = other.members();
        Set<String> own = new HashSet<>(wanted.peerUrls());
        Member self = members.members().stream()
                .filter(member -> new HashSet<>(member.peerUrls()).equals(own))
                .findFirst()
                .orElseThrow(
                        () -> refused(
                                directory,
                                "is empty, and cluster " + MemberId.hex(other.clusterId()) + " has no member at "
                                        + String.join(",", wanted.peerUrls())
                                        + ". Run member add with these peer URLs first, or correct --initial-advertise-peer-urls."));
        if (self.isStarted()) {
            throw alreadyThere(directory, other, self.id());
        }
        if (members.members().size() != cluster.members().size()) {
            throw refused(
                    directory,
                    "is empty, and --initial-cluster names " + cluster.members().size() + " members, but cluster "
                            + MemberId.hex(other.clusterId()) + " has "
                            + members.members().size()
                            + ": member count is unequal. Take --initial-cluster from what member add printed.");
        }
        return new NodeIdentity(
                self.id(),
                other.clusterId(),
                wanted.name(),
                wanted.peerUrls(),
                wanted.token(),
                self.learner(),
                other.generation(),
                NodeIdentity.Forcing.NONE);
    }

    private PeerIdentity someone(Path directory) throws DataDirectoryException {
        for (int attempt = 0; attempt < JOIN_ATTEMPTS; attempt++) {
            // Members of before the cluster was forced to begin anew know nothing of those who are in it now.
            Optional<PeerIdentity> other = ask().stream()
                    .filter(answer -> !answer.members().isEmpty())
                    .max(Comparator.comparingInt(PeerIdentity::generation));
            if (other.isPresent()) {
                return other.get();
            }
            LOG.log(Level.INFO, "no member of --initial-cluster answers yet, asking again");
            pause();
        }
        throw refused(
                directory,
                "is empty and --initial-cluster-state is existing, but none of the other members of --initial-cluster"
                        + " answers at its peer URLs. Start them, or correct --initial-cluster.");
    }

    /** The answers of all other members of {@code --initial-cluster} that give one. */
    private List<PeerIdentity> ask() {
        List<PeerIdentity> answers = new ArrayList<>();
        try (PeerProbe probe = new PeerProbe(PROBE_MILLIS, tls)) {
            List<CompletableFuture<byte[]>> asked = cluster.members().stream()
                    .filter(member -> !member.peerUrls().equals(wanted.peerUrls()))
                    .flatMap(member -> member.peerUrls().stream())
                    .map(url -> probe.identify(MemberUrl.parse(url).hostAndPort()))
                    .toList();
            for (CompletableFuture<byte[]> answer : asked) {
                try {
                    answers.add(PeerIdentity.fromBytes(answer.join()));
                } catch (CompletionException e) {
                    LOG.log(Level.DEBUG, "a member doesn''t answer", e);
                }
            }
        }
        return answers;
    }

    private static void pause() {
        try {
            Thread.sleep(PROBE_MILLIS / 2);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static DataDirectoryException alreadyThere(Path directory, PeerIdentity other, long id) {
        String hex = MemberId.hex(id);
        String state = other.members().isRemoved(id)
                ? "was removed from it"
                : other.members().find(id).isPresent() ? "has already been bootstrapped" : "is not one of its members";
        return refused(
                directory,
                "is empty, but cluster " + MemberId.hex(other.clusterId()) + " is running and member " + hex + " "
                        + state
                        + ". A member can't begin anew under its old id, for it may have voted. Put its data back, or run"
                        + " member remove " + hex
                        + " and member add, and start it with --initial-cluster-state existing.");
    }

    private static DataDirectoryException refused(Path directory, String why) {
        return new DataDirectoryException(Problem.CANT_BEGIN, directory, why);
    }
}
