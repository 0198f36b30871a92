package dev.mainstay.operator.cluster.report;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Conditions of one object, whose transition times stay while their status does. */
final class Conditions {

    private final List<Condition> before;
    private final List<Condition> after = new ArrayList<>();
    private final Instant now;
    private final @Nullable Long generation;

    Conditions(List<Condition> before, Instant now, @Nullable Long generation) {
        this.before = before;
        this.now = now;
        this.generation = generation;
    }

    void set(String type, @Nullable Boolean status, String reason, String message) {
        String text = status == null ? "Unknown" : status ? "True" : "False";
        String since = before.stream()
                .filter(condition -> type.equals(condition.getType()) && text.equals(condition.getStatus()))
                .map(Condition::getLastTransitionTime)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(now.truncatedTo(ChronoUnit.SECONDS).toString());
        after.add(new ConditionBuilder()
                .withType(type)
                .withStatus(text)
                .withReason(reason)
                .withMessage(message)
                .withLastTransitionTime(since)
                .withObservedGeneration(generation)
                .build());
    }

    List<Condition> list() {
        return after;
    }
}
