package dev.mainstay.operator.cluster.engine;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/**
 * All that a decision looks at: one moment of what is wanted, what was written down, what Kubernetes has and what the members say.
 *
 * @param now the moment
 * @param wanted what the spec asks for
 * @param recorded what the status remembers
 * @param members the member objects, in order of their numbers
 * @param cluster what the members say together
 * @param seed what the first member begins with
 * @param loss what matters once the quorum is lost
 * @param upkeep work that can wait, and when it is welcome
 * @param elsewhere the cluster that members join
 */
public record Observation(
        Instant now,
        Wanted wanted,
        Recorded recorded,
        List<MemberView> members,
        ClusterView cluster,
        Seed seed,
        LostQuorum loss,
        Upkeep upkeep,
        Elsewhere elsewhere) {

    /** Of a cluster that joins no other. */
    public Observation(
            Instant now,
            Wanted wanted,
            Recorded recorded,
            List<MemberView> members,
            ClusterView cluster,
            Seed seed,
            LostQuorum loss,
            Upkeep upkeep) {
        this(now, wanted, recorded, members, cluster, seed, loss, upkeep, Elsewhere.NONE);
    }

    /** Of a cluster whose work is always welcome. */
    public Observation(
            Instant now,
            Wanted wanted,
            Recorded recorded,
            List<MemberView> members,
            ClusterView cluster,
            Seed seed,
            LostQuorum loss) {
        this(now, wanted, recorded, members, cluster, seed, loss, Upkeep.ALWAYS);
    }

    /** Of a cluster that never lost its quorum. */
    public Observation(
            Instant now, Wanted wanted, Recorded recorded, List<MemberView> members, ClusterView cluster, Seed seed) {
        this(now, wanted, recorded, members, cluster, seed, LostQuorum.NOTHING);
    }

    /** Of a cluster that begins with nothing. */
    public Observation(Instant now, Wanted wanted, Recorded recorded, List<MemberView> members, ClusterView cluster) {
        this(now, wanted, recorded, members, cluster, Seed.NONE);
    }

    public Observation {
        members = members.stream()
                .sorted(Comparator.comparingInt(MemberView::number))
                .toList();
    }

    /** Whether the member is of the incarnation of now, or is the one that this began anew with. */
    public boolean current(MemberView member) {
        return member.incarnation() == recorded.incarnation() || loss.survivor(member.name(), recorded.incarnation());
    }
}
