package dev.mainstay.operator.cluster.report;

import dev.mainstay.operator.cluster.engine.Action;
import dev.mainstay.operator.cluster.engine.MemberView;
import dev.mainstay.operator.report.News;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** What is new between two looks at a cluster. Pure. */
public final class ClusterNews {

    /** A step after the other is no news, but one that isn't done in time is. */
    private static final String PROGRESSING = "Progressing";

    /** Of the conditions that people are told of, which status is the good one. */
    private static final Map<String, String> GOOD = Map.ofEntries(
            Map.entry("Ready", "True"),
            Map.entry("Available", "True"),
            Map.entry("SpaceAvailable", "True"),
            Map.entry("DataConsistent", "True"),
            Map.entry("CertificatesValid", "True"),
            Map.entry("AuthReady", "True"),
            Map.entry("BackupHealthy", "True"),
            Map.entry(ArchiveVerdict.TYPE, "True"),
            Map.entry("Degraded", "False"),
            Map.entry("Recovering", "False"),
            Map.entry(PROGRESSING, "True"));

    /** Reason of {@code Ready} while nothing reaches the moment that the cluster is to begin with. */
    static final String TARGET_OUT_OF_REACH = "TargetOutOfReach";

    /** Of these conditions only these reasons are worth a warning: the rest of what they say others say, too, and more precisely. */
    private static final Map<String, Set<String>> NEWS_OF = Map.of(
            "Ready", Set.of("InvalidSpec", TARGET_OUT_OF_REACH), PROGRESSING, Set.of(ClusterReport.DEADLINE_EXCEEDED));

    private ClusterNews() {}

    /** What conditions tell that they didn't tell before: what went wrong, and what came right again. */
    public static List<News> of(List<Condition> before, List<Condition> after) {
        return after.stream()
                .filter(condition -> GOOD.containsKey(condition.getType()))
                .map(condition -> news(before(before, condition), condition))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<Condition> before(List<Condition> before, Condition after) {
        return before.stream()
                .filter(condition -> after.getType().equals(condition.getType()))
                .findFirst();
    }

    private static Optional<News> news(Optional<Condition> before, Condition after) {
        boolean same = before.isPresent()
                && Objects.equals(before.get().getStatus(), after.getStatus())
                && Objects.equals(before.get().getReason(), after.getReason());
        if (same || "Unknown".equals(after.getStatus())) {
            return Optional.empty();
        }
        boolean good = Objects.equals(GOOD.get(after.getType()), after.getStatus());
        boolean wasGood = before.isPresent()
                && Objects.equals(GOOD.get(after.getType()), before.get().getStatus());
        if (good) {
            return before.isEmpty() || wasGood || after.getType().equals(PROGRESSING)
                    ? Optional.empty()
                    : Optional.of(told(false, after));
        }
        Set<String> worth = NEWS_OF.get(after.getType());
        return worth == null || worth.contains(after.getReason()) ? Optional.of(told(true, after)) : Optional.empty();
    }

    private static News told(boolean warning, Condition condition) {
        return new News(warning, condition.getReason(), condition.getMessage());
    }

    /** What is about to be done; nothing is no news. */
    public static Optional<News> of(Action action) {
        return Optional.ofNullable(
                switch (action) {
                    case Action.Idle _, Action.Wait _ -> null;
                    case Action.RecordClusterId a -> done("ClusterFounded", "the cluster's id is " + a.clusterId());
                    case Action.CreateMember a ->
                        done("CreatingMember", "member number " + a.number() + " is made, to " + joins(a.join()));
                    case Action.CreateVolume a -> done("CreatingVolume", "a volume for " + a.member());
                    case Action.GrowVolume a ->
                        done("GrowingVolume", "the volume of " + a.member() + " is to have " + a.bytes() + " bytes");
                    case Action.DeleteVolume a -> done("DeletingVolume", "the volume of " + a.member());
                    case Action.RecordSource _ ->
                        done("SourceFound", "the backup that the cluster begins with is there");
                    case Action.Restore a -> done("Restoring", "a backup goes into the volume of " + a.member());
                    case Action.ClearRestore a ->
                        new News(
                                true,
                                "RestoringAgain",
                                "the backup couldn't be restored into the volume of " + a.member()
                                        + ", which is tried again");
                    case Action.CreatePod a ->
                        done(
                                "CreatingPod",
                                a.founds() ? a.member() + " founds the cluster" : "a pod for " + a.member());
                    case Action.CreatePods a -> done("CreatingPod", "pods for " + String.join(", ", a.members()));
                    case Action.DeletePod a -> done("DeletingPod", "the pod of " + a.member() + ": " + a.why());
                    case Action.RecreatePod a ->
                        new News(
                                true,
                                "RecreatingPod",
                                a.member() + " doesn't serve: its pod is made anew, attempt " + a.attempt());
                    case Action.SetTemplate a ->
                        done(
                                "UpdatingMember",
                                a.member() + " takes version " + a.version() + " and the wanted settings");
                    case Action.Suspend a ->
                        done(
                                a.suspended() ? "SuspendingMember" : "WakingMember",
                                a.member() + (a.suspended() ? " is to have no pod" : " gets a pod again"));
                    case Action.AddLearner a -> done("AddingLearner", a.member() + " joins without a vote");
                    case Action.Promote a -> done("PromotingMember", a.member() + " has caught up and gets a vote");
                    case Action.MoveLeader a -> done("MovingLeader", a.from() + " hands over to " + a.to());
                    case Action.MarkLeaving a -> done("RemovingMember", a.member() + " leaves: " + a.why());
                    case Action.RemoveFromList a -> done("RemovedFromList", a.member() + " is no member any more");
                    case Action.Forget a -> done("MemberGone", a.member() + " has left");
                    case Action.Defragment a -> done("Defragmenting", a.member() + " returns free space");
                    case Action.Disarm a ->
                        done("ClearingAlarm", "the alarm " + a.alarm().kind());
                    case Action.ChooseSurvivor a ->
                        new News(
                                true,
                                "ChoosingSurvivor",
                                "the cluster is to go on with " + a.survivor() + " alone, "
                                        + (a.approved() ? "as was approved: " : "by its policy: ") + a.why());
                    case Action.AbandonRecovery a ->
                        done("RecoveryAbandoned", "the members go on as before: " + a.why());
                    case Action.RaiseIncarnation a ->
                        new News(
                                true,
                                "IncarnationRaised",
                                "incarnation " + a.incarnation() + " begins with " + a.survivor() + " alone: "
                                        + a.proof());
                    case Action.BeginAnew a ->
                        done("BeginningAnew", a.member() + " begins incarnation " + a.incarnation() + " alone");
                    case Action.FinishRecovery a ->
                        done("QuorumRecovered", a.survivor() + " serves alone; others join it now");
                    case Action.Quarantine a ->
                        done("VolumePutAside", "the volume of " + a.member() + " is kept for a week");
                    case Action.DropQuarantined a ->
                        done("DeletingVolume", "volume " + a.claim() + ", which was kept after a recovery");
                });
    }

    /** A step that couldn't be done; it is tried again. */
    public static News failed(Action action, String why) {
        return new News(true, "StepFailed", action.getClass().getSimpleName() + ", which is tried again: " + why);
    }

    private static News done(String reason, String message) {
        return new News(false, reason, message);
    }

    private static String joins(MemberView.Join join) {
        return join == MemberView.Join.BOOTSTRAP ? "found the cluster" : "join the others";
    }
}
