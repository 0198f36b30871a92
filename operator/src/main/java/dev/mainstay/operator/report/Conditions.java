package dev.mainstay.operator.report;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Conditions of one object, whose transition times stay while their status does. */
public final class Conditions {

    private final List<Condition> before;
    private final List<Condition> after = new ArrayList<>();
    private final Instant now;
    private final @Nullable Long generation;

    /**
     * None yet.
     *
     * @param before those of before
     * @param now the moment
     * @param generation the generation that they speak of
     */
    public Conditions(List<Condition> before, Instant now, @Nullable Long generation) {
        this.before = before;
        this.now = now;
        this.generation = generation;
    }

    /** Adds one; {@code status} is null for unknown. */
    public void set(String type, @Nullable Boolean status, String reason, String message) {
        String text = status == null ? "Unknown" : status ? "True" : "False";
        String since = before.stream()
                .filter(condition -> type.equals(condition.getType()) && text.equals(condition.getStatus()))
                .map(Condition::getLastTransitionTime)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(now.truncatedTo(ChronoUnit.SECONDS).toString());
        add(type, text, reason, message, since);
    }

    /** Adds one that has been like this since then; {@code status} is null for unknown. */
    public void set(String type, @Nullable Boolean status, String reason, String message, Instant since) {
        String text = status == null ? "Unknown" : status ? "True" : "False";
        add(type, text, reason, message, since.truncatedTo(ChronoUnit.SECONDS).toString());
    }

    private void add(String type, String text, String reason, String message, String since) {
        after.add(new ConditionBuilder()
                .withType(type)
                .withStatus(text)
                .withReason(reason)
                .withMessage(message)
                .withLastTransitionTime(since)
                .withObservedGeneration(generation)
                .build());
    }

    /** Those that were set, in order. */
    public List<Condition> list() {
        return after;
    }
}
