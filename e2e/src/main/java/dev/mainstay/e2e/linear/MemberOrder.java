package dev.mainstay.e2e.linear;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Whether each member only goes forward, by real time: what it answers from its own state is never older than what it had
 * answered before it was asked. That holds from its addition to its removal, however often its process ends and starts.
 */
final class MemberOrder {
    private MemberOrder() {}

    /** What is wrong first; empty if nothing is. Operations that nobody knows the member of aren't looked at. */
    static Optional<String> check(List<Operation> operations) {
        Map<Long, List<Operation>> byMember = new HashMap<>();
        operations.stream()
                .filter(operation -> operation.answer() != null && operation.member() != Operation.ANY)
                .forEach(operation -> byMember.computeIfAbsent(operation.member(), m -> new ArrayList<>())
                        .add(operation));
        return byMember.values().stream()
                .map(MemberOrder::backwards)
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<String> backwards(List<Operation> ofMember) {
        List<Operation> byAnswer = ofMember.stream()
                .sorted(Comparator.comparingLong(Operation::answered))
                .toList();
        List<Operation> reads = ofMember.stream()
                .filter(operation -> operation.request().serializable())
                .sorted(Comparator.comparingLong(Operation::asked))
                .toList();
        Operation highest = byAnswer.getFirst();
        int next = 0;
        for (Operation read : reads) {
            while (next < byAnswer.size() && byAnswer.get(next).answered() < read.asked()) {
                Operation before = byAnswer.get(next++);
                highest = revision(before) > revision(highest) ? before : highest;
            }
            if (next > 0 && revision(read) < revision(highest)) {
                return Optional.of(String.format(
                        "member %x goes back from revision %d to %d: %s came before %s",
                        read.member(), revision(highest), revision(read), highest, read));
            }
        }
        return Optional.empty();
    }

    private static long revision(Operation operation) {
        return Objects.requireNonNull(operation.answer(), "only answered operations are here")
                .revision();
    }
}
