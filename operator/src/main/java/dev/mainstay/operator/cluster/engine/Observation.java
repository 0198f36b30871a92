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
 * @param upkeep work that can wait, and when it is welcome
 */
public record Observation(
        Instant now,
        Wanted wanted,
        Recorded recorded,
        List<MemberView> members,
        ClusterView cluster,
        Seed seed,
        Upkeep upkeep) {

    /** Of a cluster that begins with nothing. */
    public Observation(Instant now, Wanted wanted, Recorded recorded, List<MemberView> members, ClusterView cluster) {
        this(now, wanted, recorded, members, cluster, Seed.NONE, Upkeep.ALWAYS);
    }

    public Observation {
        members = members.stream()
                .sorted(Comparator.comparingInt(MemberView::number))
                .toList();
    }
}
