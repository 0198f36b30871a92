package dev.mainstay.operator.backup.engine;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Chooses what to do next about a backup: it is made by one job and proven by another; what became of it is written down once and never changes.
 * What isn't there yet is waited for until the backup's time is over. Pure.
 */
public final class BackupEngine {

    /** How long after a deletion from the store that failed the next try is. */
    public static final Duration AGAIN = Duration.ofMinutes(5);

    /**
     * A backup at one moment.
     *
     * @param now the moment
     * @param deleted whether it is being deleted
     * @param held whether our finalizer is on it
     * @param deletes whether what is in the store goes with it
     * @param proves whether it is proven after it was made
     * @param deadline when it fails if it isn't made
     * @param stored its name in the store; null if it isn't there
     * @param made whether it succeeded, as written down; null before that is known
     * @param proven whether it was proven, as written down; null before that is known
     * @param store whether its store can be used
     * @param cluster what is wrong with the cluster; null if nothing is
     * @param create the job that makes it
     * @param verify the job that proves it
     * @param delete the job that deletes it from the store
     */
    public record View(
            Instant now,
            boolean deleted,
            boolean held,
            boolean deletes,
            boolean proves,
            Instant deadline,
            @Nullable String stored,
            @Nullable Boolean made,
            @Nullable Boolean proven,
            StoreView store,
            @Nullable Obstacle cluster,
            TaskView create,
            TaskView verify,
            TaskView delete) {}

    /**
     * What is in the way.
     *
     * @param reason one word
     * @param why what it is and what to do about it
     */
    public record Obstacle(String reason, String why) {}

    /** What to do next. */
    public sealed interface Step {

        /** Nothing any more. */
        record None() implements Step {}

        /** Nothing before this time, or before something changes. */
        record Wait(String reason, String why, Instant until) implements Step {}

        /** Puts our finalizer on it. */
        record Hold() implements Step {}

        /** Starts to make it. */
        record Create() implements Step {}

        /** Writes down what was made. */
        record RecordMade() implements Step {}

        /** Writes down that it failed. */
        record RecordFailed(String reason, String why) implements Step {}

        /** Starts to prove it. */
        record Verify() implements Step {}

        /** Writes down whether it was proven. */
        record RecordProven(boolean good, String reason, String why) implements Step {}

        /** Stops making it. */
        record StopCreating() implements Step {}

        /** Starts to delete it from the store. */
        record Delete() implements Step {}

        /** Takes the job that failed to delete it away, so that it is tried again. */
        record ClearDelete() implements Step {}

        /** Takes our finalizer off; {@code left} says what stays behind, and is empty for nothing. */
        record Release(String left) implements Step {}
    }

    /** What to do next. */
    public Step decide(View v) {
        if (v.deleted()) {
            return v.held() ? leave(v) : new Step.None();
        }
        if (v.deletes() && !v.held() && v.made() == null) {
            return new Step.Hold();
        }
        Boolean made = v.made();
        if (made == null) {
            return make(v);
        }
        return made && v.proves() && v.proven() == null ? prove(v) : new Step.None();
    }

    private static Step make(View v) {
        TaskView create = v.create();
        return switch (create.state()) {
            case SUCCEEDED ->
                create.text("id") == null
                        ? new Step.RecordFailed(
                                "ResultMissing",
                                "the job made a backup but nobody knows its name any more, as its pod is gone; see mainstay"
                                        + " backup list, and make another")
                        : new Step.RecordMade();
            case FAILED -> new Step.RecordFailed(reason(create.kind()), create.why());
            case LATE -> new Step.RecordFailed("DeadlineExceeded", late(create.why()));
            case RUNNING ->
                new Step.Wait(
                        "Running", create.why().isEmpty() ? "the backup is being made" : create.why(), v.deadline());
            case ABSENT -> begin(v);
        };
    }

    private static Step begin(View v) {
        Obstacle obstacle = v.store().isUsable()
                ? v.cluster()
                : new Obstacle(v.store().reason(), v.store().why());
        if (!v.deadline().isAfter(v.now())) {
            String why = obstacle == null ? "it didn't begin in time" : obstacle.why();
            return new Step.RecordFailed(
                    obstacle == null ? "DeadlineExceeded" : obstacle.reason(), why + " (waited for timeoutSeconds)");
        }
        return obstacle == null ? new Step.Create() : new Step.Wait(obstacle.reason(), obstacle.why(), v.deadline());
    }

    /** Of the tool's kinds of failure, which reason people see. */
    static String reason(String kind) {
        return switch (kind) {
            case "DENIED" -> "CredentialsInvalid";
            case "UNREACHABLE", "THROTTLED", "CLOCK_SKEW" -> "StoreUnreachable";
            case "FULL" -> "StoreFull";
            case "BAD_SETTING" -> "StoreInvalid";
            case "KEY" -> "KeyInvalid";
            case "MISSING" -> "BackupMissing";
            case "DAMAGED" -> "BackupDamaged";
            case "NEWER_FORMAT" -> "VersionIncompatible";
            case "SOURCE" -> "SnapshotFailed";
            default -> "JobFailed";
        };
    }

    private static String late(String why) {
        return why.isEmpty() ? "it took longer than timeoutSeconds" : "it took longer than timeoutSeconds; " + why;
    }

    private static Step prove(View v) {
        TaskView verify = v.verify();
        return switch (verify.state()) {
            case SUCCEEDED -> new Step.RecordProven(true, "", "");
            case FAILED ->
                "DAMAGED".equals(verify.kind()) || verify.exitCode() == 2
                        ? new Step.RecordProven(false, "DrillFailed", verify.why())
                        : new Step.RecordProven(false, reason(verify.kind()), verify.why());
            case LATE -> new Step.RecordProven(false, "DeadlineExceeded", late(verify.why()));
            case RUNNING ->
                new Step.Wait(
                        "Running",
                        verify.why().isEmpty() ? "it is being proven" : verify.why(),
                        v.now().plus(AGAIN));
            case ABSENT ->
                v.store().isUsable()
                        ? new Step.Verify()
                        : new Step.Wait(
                                v.store().reason(), v.store().why(), v.now().plus(AGAIN));
        };
    }

    private static Step leave(View v) {
        if (v.create().isRunning()) {
            return new Step.StopCreating();
        }
        String id = v.stored() == null && v.create().isDone() ? v.create().text("id") : v.stored();
        if (id == null || !v.deletes()) {
            return new Step.Release("");
        }
        if (v.store().state() == StoreView.State.MISSING) {
            return new Step.Release("its store is gone, so backup " + id + " stays where it is");
        }
        if (!v.store().isUsable()) {
            return new Step.Wait(
                    v.store().reason(),
                    "it can't be deleted from the store: " + v.store().why() + ", or delete the EtcdBackupStore",
                    v.now().plus(AGAIN));
        }
        return switch (v.delete().state()) {
            case ABSENT -> new Step.Delete();
            case RUNNING ->
                new Step.Wait(
                        "Deleting",
                        "it is being deleted from the store",
                        v.now().plus(AGAIN));
            case SUCCEEDED -> new Step.Release("");
            case FAILED, LATE -> {
                Instant ended = v.delete().ended();
                Instant again = ended == null ? v.now() : ended.plus(AGAIN);
                yield "MISSING".equals(v.delete().kind())
                        ? new Step.Release("")
                        : again.isAfter(v.now())
                                ? new Step.Wait(
                                        reason(v.delete().kind()),
                                        "it couldn't be deleted from the store, which is tried again: "
                                                + v.delete().why(),
                                        again)
                                : new Step.ClearDelete();
            }
        };
    }
}
