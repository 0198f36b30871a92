package dev.mainstay.operator.backup.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Chooses what to look at next in a store: what can be recovered of each cluster that archives there. It is looked at when a backup was made, when
 * a cluster asks, and from time to time; one cluster after the other. Pure.
 */
public final class SurveyEngine {

    /** Longest time between two looks at one cluster's archive. */
    public static final Duration OFTEN = Duration.ofHours(3);

    /** Shortest time between two looks at one cluster's archive. */
    public static final Duration SELDOM = Duration.ofMinutes(2);

    /** When old backups have been let go after a new one, at the latest. */
    public static final Duration PRUNED = Duration.ofMinutes(10);

    /** How soon what clusters say is looked at again. */
    public static final Duration AGAIN = Duration.ofMinutes(1);

    /**
     * A store at one moment.
     *
     * @param now the moment
     * @param usable whether it can be read
     * @param places those of clusters in it
     */
    public record View(Instant now, boolean usable, List<Place> places) {

        public View {
            places = List.copyOf(places);
        }
    }

    /**
     * A cluster's place in a store.
     *
     * @param path of it
     * @param archives whether there is a cluster that archives there
     * @param asked whether that cluster wants to know
     * @param prunes whether old backups are let go after new ones
     * @param backed when the newest backup was complete; null for none
     * @param looked when it was looked at; null for never
     * @param survey the job that looks
     */
    public record Place(
            String path,
            boolean archives,
            boolean asked,
            boolean prunes,
            @Nullable Instant backed,
            @Nullable Instant looked,
            TaskView survey) {}

    /** What to do next. */
    public sealed interface Step {

        /** Nothing before this time, or before something changes; nothing at all for null. */
        record Wait(@Nullable Instant until) implements Step {}

        /** Starts to look at a place. */
        record Survey(String path) implements Step {}

        /** Writes down what was found there, then takes the job away. */
        record RecordFound(String path) implements Step {}
    }

    /** What to do next. */
    public Step decide(View v) {
        for (Place place : v.places()) {
            if (!place.survey().isAbsent() && !place.survey().isRunning()) {
                return new Step.RecordFound(place.path());
            }
        }
        if (v.places().isEmpty()
                || v.places().stream().anyMatch(place -> place.survey().isRunning())) {
            return new Step.Wait(null);
        }
        if (v.usable()) {
            for (Place place : v.places()) {
                Instant due = due(place);
                if (due != null && !due.isAfter(v.now())) {
                    return new Step.Survey(place.path());
                }
            }
        }
        Instant again = v.now().plus(AGAIN);
        boolean asks = v.places().stream().anyMatch(Place::archives);
        return new Step.Wait(
                asks
                        ? again
                        : v.places().stream()
                                .map(SurveyEngine::due)
                                .filter(Objects::nonNull)
                                .min(Instant::compareTo)
                                .filter(again::isBefore)
                                .orElse(again));
    }

    /** When it is to be looked at, as things are; null for never. */
    private static @Nullable Instant due(Place place) {
        Instant looked = place.looked();
        Instant backed = place.backed();
        if (looked == null) {
            return place.asked() ? Instant.EPOCH : null;
        }
        Instant soonest = looked.plus(SELDOM);
        if (place.asked() || (backed != null && backed.isAfter(looked))) {
            return soonest;
        }
        Instant pruned = backed == null ? looked : backed.plus(PRUNED);
        Instant latest = looked.plus(OFTEN);
        return place.prunes() && pruned.isAfter(looked) && pruned.isBefore(latest)
                ? pruned.isBefore(soonest) ? soonest : pruned
                : latest;
    }
}
