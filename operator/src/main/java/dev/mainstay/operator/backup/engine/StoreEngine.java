package dev.mainstay.operator.backup.engine;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Chooses what to do next about a store: it is probed once for each state of its spec and secrets, and again after a while if it doesn't work. Pure. */
public final class StoreEngine {

    /** How long after a probe that failed the next one is. */
    public static final Duration AGAIN = Duration.ofMinutes(5);

    /**
     * A store at one moment.
     *
     * @param now the moment
     * @param deleted whether it is being deleted
     * @param store whether all that it needs is there
     * @param fingerprint of its spec and secrets
     * @param probed the fingerprint that the last probe was made with; empty for none
     * @param works whether the last probe succeeded
     * @param probeTime when it ended; null for none
     * @param probe the job that probes with the fingerprint of now
     */
    public record View(
            Instant now,
            boolean deleted,
            StoreView store,
            String fingerprint,
            String probed,
            boolean works,
            @Nullable Instant probeTime,
            TaskView probe) {}

    /** What to do next. */
    public sealed interface Step {

        /** Nothing, until something changes. */
        record None() implements Step {}

        /** Nothing before this time, or before something changes. */
        record Wait(Instant until) implements Step {}

        /** Something that the store needs isn't there. */
        record Blocked(String reason, String why) implements Step {}

        /** Starts a probe. */
        record Probe() implements Step {}

        /** The probe runs. */
        record Probing(String why) implements Step {}

        /** Writes down what the probe found, then takes its job away. */
        record RecordFound() implements Step {}
    }

    /** What to do next. */
    public Step decide(View v) {
        if (v.deleted()) {
            return new Step.None();
        }
        if (!v.store().isUsable()) {
            return new Step.Blocked(v.store().reason(), v.store().why());
        }
        if (v.probe().isRunning()) {
            return new Step.Probing(v.probe().why());
        }
        if (!v.probe().isAbsent()) {
            return new Step.RecordFound();
        }
        Instant probeTime = v.probeTime();
        if (!v.fingerprint().equals(v.probed()) || probeTime == null) {
            return new Step.Probe();
        }
        if (v.works()) {
            return new Step.None();
        }
        Instant again = probeTime.plus(AGAIN);
        return again.isAfter(v.now()) ? new Step.Wait(again) : new Step.Probe();
    }
}
