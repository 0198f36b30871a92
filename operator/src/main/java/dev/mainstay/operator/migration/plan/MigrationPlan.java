package dev.mainstay.operator.migration.plan;

import dev.mainstay.operator.backup.engine.TaskView;
import dev.mainstay.operator.migration.plan.MigrationStep.Act;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/** Chooses the next step of a migration. Each step may be repeated: the tool asks the target how far it is. */
public final class MigrationPlan {

    /** What the tool ends with when both sides differ. */
    private static final int DIFFERENT = 2;

    /** How long after a failure the next try is. */
    private static final Duration AGAIN = Duration.ofMinutes(2);

    private final String cluster;
    private final String annotation;

    /**
     * Of a cluster.
     *
     * @param annotation the one by which people say that the source may be left
     */
    public MigrationPlan(String cluster, String annotation) {
        this.cluster = cluster;
        this.annotation = annotation;
    }

    /** What is next. */
    public MigrationStep next(MigrationView view) {
        if (!view.recorded().isEmpty()) {
            boolean clean = view.follow().isAbsent() && view.leave().isAbsent();
            return new MigrationStep(
                    clean ? Act.NONE : Act.CLEAN, new MigrationVerdict(true, "Finished", view.recorded()));
        }
        if (view.leave().isDone() || view.follow().isDone()) {
            return new MigrationStep(Act.NONE, finished(view));
        }
        if (!view.problem().isEmpty()) {
            return waits(Act.NONE, "SecretInvalid", view.problem());
        }
        if (!view.other().isAbsent()) {
            return waits(
                    Act.STOP,
                    view.cutOver() ? "CuttingOver" : "Following",
                    "what follows the source is started anew to " + (view.cutOver() ? "leave it" : "go on"));
        }
        TaskView job = view.wanted();
        return switch (job.state()) {
            case ABSENT -> begin(view);
            case RUNNING -> waits(Act.NONE, view.cutOver() ? "CuttingOver" : "Following", running(view, job));
            case SUCCEEDED -> new MigrationStep(Act.NONE, finished(view));
            case FAILED, LATE -> failed(view, job);
        };
    }

    private MigrationStep begin(MigrationView view) {
        if (!view.whole()) {
            return waits(
                    Act.NONE,
                    "WaitingForMembers",
                    view.begun()
                            ? "it goes on once all members serve again"
                            : "it begins once all members that are wanted serve");
        }
        return waits(
                view.cutOver() ? Act.LEAVE : Act.FOLLOW,
                view.cutOver() ? "CuttingOver" : "Following",
                "the source's data is taken over");
    }

    private String running(MigrationView view, TaskView job) {
        String hint = job.why().isEmpty() ? "" : "; " + job.why();
        return view.cutOver()
                ? "stop what writes to the source: it is left once nobody has written to it for two seconds and both hold the same"
                        + hint
                : "the source's data is taken over, and the source followed. When its job's log says a lag of 0, stop what writes"
                        + " to the source and let it be left: kubectl annotate etcdcluster " + cluster + " "
                        + annotation
                        + "=true" + hint;
    }

    private static MigrationStep failed(MigrationView view, TaskView job) {
        boolean different = job.exitCode() == DIFFERENT;
        String why = different ? differences(job) : job.why();
        Instant ended = job.ended();
        boolean again = ended == null || !ended.plus(AGAIN).isAfter(view.now());
        return waits(
                again ? Act.STOP : Act.NONE,
                different ? "Different" : "Failing",
                (different ? "source and target differ, so the source isn't left: " : "it is tried again: ") + why);
    }

    private static String differences(TaskView job) {
        Object told = job.result().get("differences");
        return told instanceof List<?> list && !list.isEmpty()
                ? list.stream().map(String::valueOf).collect(Collectors.joining("; "))
                : "the job's log says in what";
    }

    private static MigrationVerdict finished(MigrationView view) {
        TaskView job = view.leave().isDone() ? view.leave() : view.follow();
        String revision = job.text("revision");
        Long late = job.number("revisionsAfter");
        return new MigrationVerdict(
                true,
                "Finished",
                "the source is left" + (revision == null ? "" : " at revision " + revision)
                        + (late != null && late > 0
                                ? "; it was written to " + late
                                        + " times after that, which is not here: stop what still writes to it"
                                : ""));
    }

    private static MigrationStep waits(Act act, String reason, String message) {
        return new MigrationStep(act, new MigrationVerdict(false, reason, message));
    }
}
