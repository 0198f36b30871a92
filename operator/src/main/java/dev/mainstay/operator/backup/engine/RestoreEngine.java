package dev.mainstay.operator.backup.engine;

import dev.mainstay.operator.backup.engine.BackupEngine.Obstacle;
import org.jspecify.annotations.Nullable;

/**
 * Chooses what to do next about a restore in place. Nothing of the cluster is touched before the source was read and, unless people said otherwise, what is
 * thrown away was backed up. Then the cluster's own status says that a new incarnation begins, in one write, and the cluster's engine does the rest.
 * Pure.
 */
public final class RestoreEngine {

    /**
     * A restore at one moment.
     *
     * @param ended whether what became of it is written down
     * @param deleted whether it is being deleted
     * @param hopeless what makes it impossible for good; null for nothing
     * @param obstacle what is in the way now; null for nothing
     * @param store whether the source's store can be used
     * @param checked whether the source was read and is whole, as written down
     * @param check the job that reads it
     * @param safety what is done about what is thrown away
     * @param backup the backup of what is thrown away
     * @param backupWhy why that failed, or what it waits for
     * @param begun whether the cluster was told
     * @param settled whether the cluster is whole again
     * @param progress what the cluster is doing
     */
    public record View(
            boolean ended,
            boolean deleted,
            @Nullable Obstacle hopeless,
            @Nullable Obstacle obstacle,
            StoreView store,
            boolean checked,
            TaskView check,
            Safety safety,
            TaskView.State backup,
            String backupWhy,
            boolean begun,
            boolean settled,
            Obstacle progress) {}

    /** What is done about what is thrown away. */
    public enum Safety {
        /** It is backed up, or nothing happens. */
        REQUIRED,
        /** It is backed up if that can be done. */
        BEST_EFFORT,
        /** Nothing. */
        SKIP
    }

    /** What to do next. */
    public sealed interface Step {

        /** Nothing any more. */
        record None() implements Step {}

        /** Nothing before something changes. */
        record Wait(String reason, String why) implements Step {}

        /** Writes down that it can't be done. */
        record Fail(String reason, String why) implements Step {}

        /** Starts to read the source. */
        record Check() implements Step {}

        /** Writes down what the source is. */
        record RecordChecked() implements Step {}

        /** Makes the backup of what is thrown away. */
        record BackUp() implements Step {}

        /** Tells the cluster: from here on its data is given up. */
        record Begin() implements Step {}

        /** Writes down that it is done. */
        record RecordDone() implements Step {}
    }

    /** What to do next. */
    public Step decide(View v) {
        if (v.ended() || (v.deleted() && !v.begun())) {
            return new Step.None();
        }
        if (v.begun()) {
            return v.settled()
                    ? new Step.RecordDone()
                    : new Step.Wait(v.progress().reason(), v.progress().why());
        }
        Obstacle hopeless = v.hopeless();
        if (hopeless != null) {
            return new Step.Fail(hopeless.reason(), hopeless.why());
        }
        Obstacle obstacle = v.obstacle();
        if (obstacle != null) {
            return new Step.Wait(obstacle.reason(), obstacle.why());
        }
        if (!v.store().isUsable()) {
            return new Step.Wait(v.store().reason(), v.store().why());
        }
        return v.checked() ? begin(v) : check(v);
    }

    private static Step check(View v) {
        TaskView check = v.check();
        return switch (check.state()) {
            case ABSENT -> new Step.Check();
            case RUNNING -> new Step.Wait("CheckingSource", or(check.why(), "the source is being read"));
            case SUCCEEDED -> new Step.RecordChecked();
            case FAILED, LATE ->
                switch (check.kind()) {
                    case "OUT_OF_REACH" ->
                        new Step.Fail(
                                "TargetOutOfReach",
                                "nothing was changed: " + check.why()
                                        + ". Make another EtcdRestore with a target that can be restored");
                    case "NEWER_FORMAT" -> unreadable("VersionIncompatible", check);
                    default -> unreadable("SourceInvalid", check);
                };
        };
    }

    private static Step unreadable(String reason, TaskView check) {
        return new Step.Fail(reason, "nothing was changed, as the source can't be read: " + check.why());
    }

    private static Step begin(View v) {
        if (v.safety() == Safety.SKIP) {
            return new Step.Begin();
        }
        return switch (v.backup()) {
            case ABSENT -> new Step.BackUp();
            case RUNNING ->
                new Step.Wait("TakingSafetyBackup", or(v.backupWhy(), "what is thrown away is being backed up"));
            case SUCCEEDED -> new Step.Begin();
            case FAILED, LATE ->
                v.safety() == Safety.BEST_EFFORT
                        ? new Step.Begin()
                        : new Step.Fail(
                                "SafetyBackupFailed",
                                "nothing was changed, as what would be thrown away can't be backed up: " + v.backupWhy()
                                        + ". Make another EtcdRestore with safetyBackup BestEffort if it may be lost");
        };
    }

    private static String or(String text, String otherwise) {
        return text.isEmpty() ? otherwise : text;
    }
}
