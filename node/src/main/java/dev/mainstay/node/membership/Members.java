package dev.mainstay.node.membership;

import dev.mainstay.node.common.Member;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The members of a cluster as of one moment.
 *
 * @param members by ascending unsigned id
 * @param removed ids that were taken out of the cluster and never come back, by ascending unsigned id
 */
public record Members(List<Member> members, List<Long> removed) {

    /** Before the cluster has recorded who is in it. */
    public static final Members NONE = new Members(List.of(), List.of());

    public Members {
        members = members.stream()
                .sorted(Comparator.comparing(Member::id, Long::compareUnsigned))
                .toList();
        removed = removed.stream().sorted(Long::compareUnsigned).toList();
    }

    /** These members, and nobody who ever left. */
    public static Members of(List<Member> members) {
        return new Members(members, List.of());
    }

    /** Whether the cluster has recorded who is in it. */
    public boolean isEmpty() {
        return members.isEmpty();
    }

    /** The member with this id. */
    public Optional<Member> find(long id) {
        return members.stream().filter(member -> member.id() == id).findFirst();
    }

    /** Whether a member of this id was taken out of the cluster. */
    public boolean isRemoved(long id) {
        return removed.contains(id);
    }

    /** Those that count towards the quorum. */
    public List<Member> voters() {
        return members.stream().filter(member -> !member.learner()).toList();
    }
}
