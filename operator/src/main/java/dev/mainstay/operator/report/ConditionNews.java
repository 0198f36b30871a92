package dev.mainstay.operator.report;

import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** What conditions tell that they didn't tell before, of objects whose conditions are all good when they are true. Pure. */
public final class ConditionNews {

    private ConditionNews() {}

    /**
     * The news.
     *
     * @param expected reasons of conditions that aren't decided yet which are no trouble
     */
    public static List<News> of(List<Condition> before, List<Condition> after, Set<String> expected) {
        return after.stream()
                .filter(condition -> isNew(before, condition))
                .filter(condition ->
                        !"Unknown".equals(condition.getStatus()) || !expected.contains(condition.getReason()))
                .map(condition ->
                        new News(!"True".equals(condition.getStatus()), condition.getReason(), condition.getMessage()))
                .toList();
    }

    private static boolean isNew(List<Condition> before, Condition after) {
        Optional<Condition> same = before.stream()
                .filter(condition -> Objects.equals(condition.getType(), after.getType()))
                .filter(condition -> Objects.equals(condition.getStatus(), after.getStatus()))
                .filter(condition -> Objects.equals(condition.getReason(), after.getReason()))
                .findFirst();
        return same.isEmpty();
    }
}
