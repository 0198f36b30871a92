package dev.mainstay.node.membership;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The members of a cluster as of one moment, by ascending id.
 *
 * @param clusterId unsigned, constant for the life of the cluster
 */
public record Members(long clusterId, List<Member> members) {

    public Members {
        members = members.stream()
                .sorted(Comparator.comparing(Member::id, Long::compareUnsigned))
                .toList();
    }

    /** The member with this id. */
    public Optional<Member> find(long id) {
        return members.stream().filter(member -> member.id() == id).findFirst();
    }
}
