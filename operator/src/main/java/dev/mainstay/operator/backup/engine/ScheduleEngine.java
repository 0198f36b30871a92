package dev.mainstay.operator.backup.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Chooses what to do next about a schedule of backups. A time that is due is used once: the backup's name is made of it. Of several that were
 * missed only the last counts, and that only for a while. Pure.
 */
public final class ScheduleEngine {

    /** How long until a job that failed is tried again. */
    public static final Duration AGAIN = Duration.ofMinutes(5);

    /**
     * A schedule at one moment.
     *
     * @param now the moment
     * @param deleted whether it is being deleted
     * @param suspended whether none are taken
     * @param replaces whether a backup that still runs gives way; else the next one waits
     * @param startingDeadline how late one may begin
     * @param times when backups are due
     * @param lastTime the last time that was dealt with; the schedule's creation if there is none
     * @param runs backups of the schedule that are there
     * @param drill when the newest backup is proven
     * @param keeps how many finished backups stay as objects; null for all
     * @param prunes whether old backups are let go in the store
     * @param lastPrune until which backup that was done; null for none
     * @param prune the job that does it
     * @param store whether the store can be used
     */
    public record View(
            Instant now,
            boolean deleted,
            boolean suspended,
            boolean replaces,
            Duration startingDeadline,
            Times times,
            Instant lastTime,
            List<Run> runs,
            Drill drill,
            @Nullable Keeps keeps,
            boolean prunes,
            @Nullable Instant lastPrune,
            TaskView prune,
            StoreView store) {

        public View {
            runs = runs.stream().sorted(Comparator.comparing(Run::created)).toList();
        }

        /** When the newest backup was complete; null for none. */
        public @Nullable Instant newestSuccess() {
            return runs.stream()
                    .map(Run::completed)
                    .filter(Objects::nonNull)
                    .max(Comparator.naturalOrder())
                    .orElse(null);
        }
    }

    /**
     * Times of a schedule around now.
     *
     * @param problem why it can't be read; empty if it can
     * @param last the last time not after now; null for none
     * @param next the first one after now; null for none
     */
    public record Times(
            String problem,
            @Nullable Instant last,
            @Nullable Instant next) {

        /** No time at all. */
        public static final Times NEVER = new Times("", null, null);
    }

    /**
     * A backup of the schedule.
     *
     * @param name its name
     * @param time the time that it is of; null if it doesn't say
     * @param created when its object was made
     * @param state whether it is done
     * @param completed when it was complete, if it succeeded
     */
    public record Run(
            String name,
            @Nullable Instant time,
            Instant created,
            State state,
            @Nullable Instant completed) {

        /** Whether it is done. */
        public enum State {
            /** It isn't. */
            ACTIVE,
            /** It is. */
            SUCCEEDED,
            /** It failed. */
            FAILED
        }
    }

    /**
     * Proofs by the clock.
     *
     * @param times when they are due
     * @param lastTime the last time that was dealt with; the schedule's creation if there is none
     * @param task the job that proves
     */
    public record Drill(Times times, Instant lastTime, TaskView task) {}

    /**
     * How many finished backups stay as objects.
     *
     * @param succeeded of those that succeeded
     * @param failed of those that didn't
     */
    public record Keeps(int succeeded, int failed) {}

    /** What to do next. */
    public sealed interface Step {

        /** Nothing before this time, or before something changes; null = before something changes. */
        record Wait(@Nullable Instant until) implements Step {}

        /** A schedule that can't be read. */
        record Invalid(String why) implements Step {}

        /** Makes the backup of this time, and writes the time down. */
        record Take(Instant time) implements Step {}

        /** Lets this time pass, and writes it down. */
        record Miss(Instant time, String why) implements Step {}

        /** Deletes a backup's object. */
        record Remove(String name, String why) implements Step {}

        /** Starts to let old backups go in the store. */
        record Prune() implements Step {}

        /** Writes down that they are gone, or why not, and takes the job away. */
        record RecordPruned(Instant until) implements Step {}

        /** Starts to prove the newest backup, and writes the time down. */
        record Prove(Instant time) implements Step {}

        /** Writes down what the proof found, and takes the job away. */
        record RecordProven() implements Step {}
    }

    /** What to do next. */
    public Step decide(View v) {
        if (v.deleted()) {
            return new Step.Wait(null);
        }
        Optional<String> problem = Stream.of(v.times(), v.drill().times())
                .map(Times::problem)
                .filter(text -> !text.isEmpty())
                .findFirst();
        if (problem.isPresent()) {
            return new Step.Invalid(problem.get());
        }
        return Stream.<java.util.function.Function<View, @Nullable Step>>of(
                        ScheduleEngine::take, ScheduleEngine::prune, ScheduleEngine::prove, ScheduleEngine::trim)
                .map(rule -> rule.apply(v))
                .filter(Objects::nonNull)
                .findFirst()
                .orElseGet(() -> new Step.Wait(wake(v)));
    }

    private static @Nullable Instant due(Times times, Instant lastTime) {
        Instant last = times.last();
        return last != null && last.isAfter(lastTime) ? last : null;
    }

    private static @Nullable Step take(View v) {
        Instant due = due(v.times(), v.lastTime());
        if (due != null && v.runs().stream().anyMatch(run -> due.equals(run.time()))) {
            // Made, but not written down.
            return new Step.Take(due);
        }
        if (due == null || v.suspended()) {
            return null;
        }
        List<Run> active =
                v.runs().stream().filter(run -> run.state() == Run.State.ACTIVE).toList();
        if (v.now().isAfter(due.plus(v.startingDeadline()))) {
            return new Step.Miss(
                    due,
                    active.isEmpty()
                            ? "it was noticed too late, after more than startingDeadlineSeconds"
                            : active.getFirst().name() + " still ran after startingDeadlineSeconds");
        }
        if (active.isEmpty()) {
            return new Step.Take(due);
        }
        return v.replaces()
                ? new Step.Remove(active.getFirst().name(), "the next backup is due and concurrencyPolicy is Replace")
                : null;
    }

    private static @Nullable Step prune(View v) {
        TaskView task = v.prune();
        if (!task.isAbsent() && !task.isRunning()) {
            return new Step.RecordPruned(
                    Objects.requireNonNullElse(v.newestSuccess(), Objects.requireNonNullElse(task.ended(), v.now())));
        }
        Instant newest = v.newestSuccess();
        boolean wanted = v.prunes()
                && task.isAbsent()
                && newest != null
                && (v.lastPrune() == null || newest.isAfter(v.lastPrune()));
        return wanted && v.store().isUsable() ? new Step.Prune() : null;
    }

    private static @Nullable Step prove(View v) {
        TaskView task = v.drill().task();
        if (!task.isAbsent()) {
            return task.isRunning() ? null : new Step.RecordProven();
        }
        Instant due = due(v.drill().times(), v.drill().lastTime());
        return due == null || v.suspended() || !v.store().isUsable() ? null : new Step.Prove(due);
    }

    /** The oldest finished ones beyond the limit, of each kind. */
    private static @Nullable Step trim(View v) {
        Keeps keeps = v.keeps();
        if (keeps == null) {
            return null;
        }
        return Stream.of(beyond(v, Run.State.SUCCEEDED, keeps.succeeded()), beyond(v, Run.State.FAILED, keeps.failed()))
                .flatMap(Optional::stream)
                .findFirst()
                .orElse(null);
    }

    private static Optional<Step> beyond(View v, Run.State state, int keep) {
        List<Run> finished =
                v.runs().stream().filter(run -> run.state() == state).toList();
        return finished.size() <= keep
                ? Optional.empty()
                : Optional.of(new Step.Remove(finished.getFirst().name(), "more than historyLimit are there"));
    }

    /** When something is to be done by the clock alone. */
    private static @Nullable Instant wake(View v) {
        Instant due = due(v.times(), v.lastTime());
        Instant lateAfter = due == null ? null : due.plus(v.startingDeadline()).plusSeconds(1);
        Stream<@Nullable Instant> times = v.suspended()
                ? Stream.of()
                : Stream.of(v.times().next(), lateAfter, v.drill().times().next());
        boolean storeIsAwaited = !v.store().isUsable();
        return Stream.concat(times, Stream.of(storeIsAwaited ? v.now().plus(AGAIN) : null))
                .filter(Objects::nonNull)
                .filter(time -> time.isAfter(v.now()))
                .min(Comparator.naturalOrder())
                .orElse(null);
    }
}
