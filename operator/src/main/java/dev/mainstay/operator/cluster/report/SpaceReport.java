package dev.mainstay.operator.cluster.report;

import dev.mainstay.operator.cluster.desired.GrownStorage;
import dev.mainstay.operator.cluster.engine.ClusterView;
import dev.mainstay.operator.cluster.engine.MemberView;
import dev.mainstay.operator.cluster.engine.Wanted;
import dev.mainstay.operator.cluster.observe.Seen;
import dev.mainstay.operator.report.Conditions;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimCondition;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Condition SpaceAvailable: whether members have room, and whether their volumes get the size that was asked for. Pure. */
final class SpaceReport {

    private static final String TYPE = "SpaceAvailable";
    private static final String NEARLY_FULL = "VolumeNearlyFull";
    private static final int FULL_PERCENT = 90;

    /** What was nearly full is so until it is clearly less. */
    private static final int ROOMY_PERCENT = 85;

    /** What Kubernetes says on a claim of an expansion that failed. */
    private static final Set<String> FAILURES = Set.of("ControllerResizeError", "NodeResizeError");

    private final Seen seen;
    private final List<Condition> before;

    SpaceReport(Seen seen, List<Condition> before) {
        this.seen = seen;
        this.before = before;
    }

    void condition(Conditions conditions) {
        boolean alarm = seen.observation().cluster().alarms().stream()
                .anyMatch(candidate -> candidate.kind() == ClusterView.Alarm.Kind.NOSPACE);
        Optional<String> failed = failed();
        Optional<String> full = full();
        if (alarm) {
            conditions.set(TYPE, false, "AlarmNoSpace", "a member refuses writes for want of space");
        } else if (failed.isPresent()) {
            conditions.set(TYPE, false, "ExpansionFailed", failed.get());
        } else if (full.isPresent()) {
            conditions.set(TYPE, false, NEARLY_FULL, full.get());
        } else {
            conditions.set(TYPE, true, "BelowThreshold", "no alarm stands, and no volume is nearly full");
        }
    }

    private Optional<String> failed() {
        return seen.observation().members().stream()
                .filter(member -> seen.observation().current(member))
                .map(member -> claim(member).flatMap(claim -> failed(member, claim)))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private Optional<PersistentVolumeClaim> claim(MemberView member) {
        String name = Objects.requireNonNull(seen.members().get(member.name()))
                .getSpec()
                .volumeClaimName();
        return Optional.ofNullable(name == null ? null : seen.claims().get(name));
    }

    private Optional<String> failed(MemberView member, PersistentVolumeClaim claim) {
        long wanted = seen.observation().wanted().volumes().bytes();
        Optional<GrownStorage.Refusal> refusal = GrownStorage.refusal(claim)
                .filter(found -> found.bytes() == wanted
                        || seen.observation().wanted().volumes().growth() != null);
        String what = "the volume of " + member.name() + " couldn't grow";
        if (refusal.isPresent()) {
            return Optional.of(what + " to " + refusal.get().bytes() + " bytes: "
                    + refusal.get().why()
                    + ". Set spec.storage.size back, or choose another class with storage.changePolicy ReplaceMembers");
        }
        return infeasible(claim)
                .or(() -> resizeError(claim))
                .map(why -> what + ": " + why + ". See kubectl describe pvc "
                        + claim.getMetadata().getName());
    }

    /** Since Kubernetes 1.31. */
    private static Optional<String> infeasible(PersistentVolumeClaim claim) {
        Map<String, String> statuses = claim.getStatus() == null
                ? Map.of()
                : Objects.requireNonNullElse(
                        claim.getStatus().getAllocatedResourceStatuses(), Map.<String, String>of());
        return Optional.ofNullable(statuses.get("storage")).filter(status -> status.endsWith("Infeasible"));
    }

    private static Optional<String> resizeError(PersistentVolumeClaim claim) {
        List<PersistentVolumeClaimCondition> told = claim.getStatus() == null
                ? List.of()
                : Objects.requireNonNullElse(
                        claim.getStatus().getConditions(), List.<PersistentVolumeClaimCondition>of());
        return told.stream()
                .filter(condition -> FAILURES.contains(condition.getType()) && "True".equals(condition.getStatus()))
                .map(PersistentVolumeClaimCondition::getType)
                .findFirst();
    }

    private Optional<String> full() {
        boolean was = before.stream()
                .anyMatch(condition -> TYPE.equals(condition.getType()) && NEARLY_FULL.equals(condition.getReason()));
        int percent = was ? ROOMY_PERCENT : FULL_PERCENT;
        return seen.observation().members().stream()
                .filter(member -> seen.observation().current(member)
                        && member.volume() != null
                        && member.volume().space().usedTo(percent))
                .findFirst()
                .map(member -> "the volume of " + member.name() + " is nearly full: " + help());
    }

    private String help() {
        Wanted.Growth growth = seen.observation().wanted().volumes().growth();
        if (growth == null) {
            return "raise spec.storage.size, or set storage.autoGrow";
        }
        return seen.observation().wanted().volumes().bytes() >= growth.maxBytes()
                ? "it has grown to storage.autoGrow.maxSize; raise that"
                : "it is to grow by itself";
    }
}
