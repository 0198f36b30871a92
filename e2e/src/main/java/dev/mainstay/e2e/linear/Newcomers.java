package dev.mainstay.e2e.linear;

import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;

/**
 * Decides whether a history is right that goes on where an earlier one ended, when all members were seen to have everything,
 * while members were added. It's right if it is {@link Linearizability linearizable} and no member ever goes back. The
 * serializable reads of members that were there before show the time since then, like all other answers. Those of a member
 * that was added may be older, for it can't know what it hasn't been sent yet:
 *
 * <pre>
 *   revision            1      ...      500 | 501      ...      560
 *   old member                              |     505    540        may lag, but not behind the end of the past
 *   new member            3    120          |                555    shows states that were, and none older than one before
 *                                      past | history
 * </pre>
 *
 * Once it has answered anything from the history the new member is held to that by the rule that no member goes back.
 *
 * @param members their ids
 * @param past all that was before
 */
public record Newcomers(Set<Long> members, Past past) {
    /** Copies the set. */
    public Newcomers {
        members = Set.copyOf(members);
    }

    /**
     * Checks a history.
     *
     * @param initial the pairs at the end of the past
     * @param operations in any order
     * @param watched as for {@link Linearizability#check(long, Collection, List, NavigableMap)}
     */
    public Verdict check(
            Collection<Pair> initial, List<Operation> operations, NavigableMap<Long, List<Change>> watched) {
        List<Operation> older = older(operations);
        List<Operation> others =
                operations.stream().filter(operation -> !mayBeOlder(operation)).toList();
        Optional<String> wrong = MemberOrder.check(operations).or(() -> past.check(older));
        return wrong.<Verdict>map(Verdict.Violation::new)
                .orElseGet(() -> Linearizability.check(past.last(), initial, others, watched));
    }

    /** The newcomers' reads that show the time before the history. */
    public List<Operation> older(List<Operation> operations) {
        return operations.stream().filter(this::mayBeOlder).toList();
    }

    /** Whether that's a newcomer's read from before the history. */
    private boolean mayBeOlder(Operation operation) {
        Answer answer = operation.answer();
        return answer != null
                && operation.request().serializable()
                && answer.revision() < past.last()
                && members.contains(operation.member());
    }
}
