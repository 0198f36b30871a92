package dev.mainstay.node.leader;

import dev.mainstay.node.common.Member;
import dev.mainstay.node.membership.Members;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a comparison of members came to. What the majority of the voters has counts as right, whoever leads. */
public sealed interface Verdict {

    /**
     * All that were compared have the same.
     *
     * @param complete whether that is every member
     */
    record Agreed(boolean complete) implements Verdict {}

    /** These differ from what a majority has. By ascending unsigned id. */
    record Differing(List<Long> members) implements Verdict {

        public Differing {
            members = members.stream().sorted(Long::compareUnsigned).toList();
        }
    }

    /**
     * They differ, and no majority says who is right.
     *
     * @param complete whether every member was compared: then asking again won't tell
     */
    record Undecided(boolean complete) implements Verdict {}

    /** Fewer than two could be compared. */
    record Incomparable() implements Verdict {}

    /** @param votes what each member has, as far as that can be compared */
    static <T> Verdict of(Members members, Map<Long, T> votes) {
        boolean complete = members.members().stream().map(Member::id).allMatch(votes::containsKey);
        if (votes.size() < 2) {
            return new Incomparable();
        }
        if (votes.values().stream().distinct().count() == 1) {
            return new Agreed(complete);
        }
        int quorum = members.voters().size() / 2 + 1;
        Map<T, Integer> counts = new HashMap<>();
        for (Member voter : members.voters()) {
            T vote = votes.get(voter.id());
            if (vote != null) {
                counts.merge(vote, 1, Integer::sum);
            }
        }
        for (Map.Entry<T, Integer> count : counts.entrySet()) {
            if (count.getValue() >= quorum) {
                List<Long> others = new ArrayList<>();
                votes.forEach((member, vote) -> {
                    if (!vote.equals(count.getKey())) {
                        others.add(member);
                    }
                });
                return new Differing(others);
            }
        }
        return new Undecided(complete);
    }
}
