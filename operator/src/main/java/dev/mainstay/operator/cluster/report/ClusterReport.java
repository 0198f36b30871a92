package dev.mainstay.operator.cluster.report;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdClusterStatus;
import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.api.v1alpha1.MemberRole;
import dev.mainstay.api.v1alpha1.MemberSummary;
import dev.mainstay.api.v1alpha1.NameRef;
import dev.mainstay.api.v1alpha1.Operation;
import dev.mainstay.api.v1alpha1.Tls;
import dev.mainstay.operator.access.act.RootVerdict;
import dev.mainstay.operator.cluster.certificates.TrustState;
import dev.mainstay.operator.cluster.desired.Names;
import dev.mainstay.operator.cluster.engine.Action;
import dev.mainstay.operator.cluster.engine.ClusterView;
import dev.mainstay.operator.cluster.engine.Decision;
import dev.mainstay.operator.cluster.engine.MemberView;
import dev.mainstay.operator.cluster.observe.QuorumClock;
import dev.mainstay.operator.cluster.observe.Seen;
import dev.mainstay.operator.migration.plan.MigrationVerdict;
import dev.mainstay.operator.report.Conditions;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The status of a cluster: pure, and the same while nothing changes. */
public final class ClusterReport {

    /** Reason of {@code Progressing} while a step takes longer than it may. */
    static final String DEADLINE_EXCEEDED = "DeadlineExceeded";

    private final Seen seen;
    private final Decision decision;
    private final @Nullable TrustReport trust;
    private final Obstacles obstacles;
    private final @Nullable RootVerdict users;
    private final @Nullable MigrationVerdict migration;
    private final @Nullable String traceId;

    /**
     * Of what was seen, and of what is done about it.
     *
     * @param certificates null without TLS
     * @param users null for a cluster without users
     * @param migration null for a cluster that takes over no other's data
     * @param traceId the trace of an operation that begins now; null if there are no traces
     */
    public ClusterReport(
            Seen seen,
            Decision decision,
            @Nullable TrustState certificates,
            @Nullable RootVerdict users,
            @Nullable MigrationVerdict migration,
            @Nullable String traceId) {
        this.seen = seen;
        this.traceId = traceId;
        this.decision = decision;
        this.obstacles = new Obstacles(seen);
        this.users = users;
        this.migration = migration;
        this.trust = certificates == null ? null : new TrustReport(certificates);
    }

    /** The status to write. */
    public EtcdClusterStatus status() {
        EtcdCluster cluster = seen.cluster();
        EtcdClusterStatus before = Objects.requireNonNullElse(cluster.getStatus(), EtcdClusterStatus.EMPTY);
        List<MemberView> members = seen.observation().members().stream()
                .filter(seen.observation()::current)
                .toList();
        List<ClusterView.Listed> list = seen.observation().cluster().list();
        int ready = (int) members.stream().filter(MemberView::serving).count();
        boolean joined = seen.strangers().joined();
        int voting = (int) list.stream()
                .filter(listed -> !listed.learner())
                .filter(listed -> !joined || !listed.name().isEmpty())
                .count();
        List<MemberSummary> summaries = members.stream().map(this::summary).toList();
        Operation operation = operation(before);
        return new EtcdClusterStatus(
                cluster.getMetadata().getGeneration(),
                members.size(),
                ready,
                list.isEmpty() ? before.votingReplicas() : Integer.valueOf(voting),
                MainstayApi.CLUSTER_LABEL + "=" + cluster.getMetadata().getName(),
                lowestVersion(members),
                before.clusterID(),
                before.clusterToken(),
                before.incarnation(),
                summaries.stream()
                        .filter(summary -> summary.role() == MemberRole.LEADER)
                        .map(MemberSummary::name)
                        .findFirst()
                        .orElse(null),
                before.lastMemberNumber(),
                members.stream()
                        .filter(member -> !member.leaving())
                        .map(member -> Names.clientUrl(cluster, member.name()))
                        .toList(),
                connection(cluster),
                summaries,
                operation,
                trust == null ? null : trust.status(),
                new ArchiveVerdict(seen.archive(), before)
                        .summary(seen.backups().summary()),
                before.restore(),
                before.recovery(),
                before.plannedRecovery(),
                seen.template().status(),
                conditions(before, operation, ready, voting));
    }

    private EtcdClusterStatus.Connection connection(EtcdCluster cluster) {
        String name = cluster.getMetadata().getName();
        return trust == null
                ? new EtcdClusterStatus.Connection(name, null, null)
                : new EtcdClusterStatus.Connection(
                        name,
                        Names.issuance(cluster) == Tls.Issuance.PROVIDED ? null : new NameRef(Names.client(name)),
                        new NameRef(Names.authority(name)));
    }

    private MemberSummary summary(MemberView member) {
        return new MemberSummary(member.name(), MemberReport.role(member, seen), member.serving(), version(member));
    }

    private static @Nullable String version(MemberView member) {
        return member.pod() == null || !member.serving() ? null : member.pod().version();
    }

    private static @Nullable String lowestVersion(List<MemberView> members) {
        return members.stream()
                .map(ClusterReport::version)
                .filter(Objects::nonNull)
                .min(Comparator.comparing(ClusterReport::sortable))
                .orElse(null);
    }

    /** Sorts as the numbers do. */
    private static String sortable(String version) {
        return Stream.of(version.split("\\.", -1))
                .map(number -> "0".repeat(Math.max(0, 9 - number.length())) + number)
                .collect(Collectors.joining("."));
    }

    private @Nullable Operation operation(EtcdClusterStatus before) {
        Operation old = before.operation();
        Operation.Type type = type(old);
        if (type == null) {
            boolean same = old != null && old.type() != Operation.Type.ROTATE_TRUST;
            return keepsGoing() && same ? old : rotation(old);
        }
        String step = decision.action().getClass().getSimpleName();
        boolean same = old != null && old.type() == type;
        boolean sameStep =
                old != null && same && step.equals(old.step()) && Objects.equals(decision.member(), old.member());
        if (sameStep) {
            return old;
        }
        String start = old != null && same && old.startTime() != null
                ? old.startTime()
                : seen.observation().now().truncatedTo(ChronoUnit.SECONDS).toString();
        String deadline = seen.observation()
                .now()
                .plus(seen.observation().wanted().policy().stepDeadline())
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
        return new Operation(type, step, decision.member(), start, deadline, null, trace(old, same));
    }

    /** What this step is for; a step that is for nothing in particular, as the making of a pod, belongs to what is under way. Null for none. */
    private Operation.@Nullable Type type(@Nullable Operation old) {
        boolean idles = decision.action() instanceof Action.Idle || decision.action() instanceof Action.Wait;
        if (decision.operation() != null || idles || old == null || old.type() == Operation.Type.ROTATE_TRUST) {
            return decision.operation();
        }
        return old.type();
    }

    /** The authority is replaced beside everything else, so it is shown while nothing else is done. */
    private @Nullable Operation rotation(@Nullable Operation old) {
        String phase = trust == null ? null : trust.phase();
        if (phase == null) {
            return null;
        }
        boolean same = old != null && old.type() == Operation.Type.ROTATE_TRUST;
        if (old != null && same && phase.equals(old.step())) {
            return old;
        }
        String start = old != null && same && old.startTime() != null
                ? old.startTime()
                : seen.observation().now().truncatedTo(ChronoUnit.SECONDS).toString();
        return new Operation(Operation.Type.ROTATE_TRUST, phase, null, start, null, null, trace(old, same));
    }

    /** An operation keeps its trace, whoever goes on with it. */
    private @Nullable String trace(@Nullable Operation old, boolean same) {
        return old != null && same && old.traceID() != null ? old.traceID() : traceId;
    }

    private boolean keepsGoing() {
        return decision.action() instanceof Action.Wait wait
                && (wait.blocker() == Action.Blocker.HEALTH
                        || wait.blocker() == Action.Blocker.LEARNER
                        || wait.blocker() == Action.Blocker.DELETION);
    }

    private List<Condition> conditions(EtcdClusterStatus before, @Nullable Operation operation, int ready, int voting) {
        Conditions conditions = new Conditions(
                before.conditions(),
                seen.observation().now(),
                seen.cluster().getMetadata().getGeneration());
        int replicas = seen.observation().wanted().replicas();
        boolean founded = before.clusterID() != null;
        boolean quorum = seen.observation().cluster().agreed();
        Action.Blocker blocker = decision.action() instanceof Action.Wait wait ? wait.blocker() : null;
        String why = decision.action() instanceof Action.Wait wait ? wait.why() : decision.explained();
        boolean idle = decision.action() instanceof Action.Idle;

        if (blocker == Action.Blocker.PAUSED) {
            conditions.set("Ready", quorum && ready >= replicas, "Paused", why);
        } else if (blocker == Action.Blocker.SPEC) {
            conditions.set("Ready", false, "InvalidSpec", why);
        } else if (blocker == Action.Blocker.TARGET) {
            conditions.set("Ready", false, ClusterNews.TARGET_OUT_OF_REACH, why);
        } else if (replicas == 0) {
            conditions.set("Ready", blocker == Action.Blocker.HIBERNATED, "Hibernated", why);
        } else if (!founded) {
            conditions.set("Ready", false, before.restore() == null ? "Bootstrapping" : "Restoring", stuck(why));
        } else if (migration != null && !migration.usable()) {
            conditions.set("Ready", false, "Migrating", stuck(migration.message()));
        } else {
            boolean well = quorum && voting == replicas && ready == replicas;
            conditions.set(
                    "Ready",
                    well,
                    well ? "AllMembersReady" : "MembersNotReady",
                    stuck(ready + " of " + replicas + " members serve"));
        }
        if (replicas == 0) {
            conditions.set("Available", false, "Hibernated", "spec.replicas is 0");
        } else if (!founded) {
            conditions.set("Available", false, "NotBootstrapped", "the first member hasn't answered yet");
        } else if (!quorum) {
            conditions.set(
                    "Available",
                    false,
                    QuorumClock.QUORUM_LOST,
                    "too few members answer",
                    QuorumClock.since(before, seen.observation().now()));
        } else {
            boolean all = ready >= voting;
            conditions.set(
                    "Available", true, all ? "QuorumHealthy" : "QuorumDegraded", "a linearizable read was answered");
        }
        progress(conditions, operation, type(before.operation()), blocker, idle, why);
        degraded(conditions, blocker, ready, replicas, founded, why);
        new SpaceReport(seen, before.conditions()).condition(conditions);
        conditions.set(
                "DataConsistent",
                alarms(ClusterView.Alarm.Kind.CORRUPT) ? Boolean.FALSE : Boolean.TRUE,
                alarms(ClusterView.Alarm.Kind.CORRUPT) ? "AlarmCorrupt" : "HashesAgree",
                alarms(ClusterView.Alarm.Kind.CORRUPT)
                        ? "the data of a member differs"
                        : "members compare by themselves");
        conditions.set(
                "BackupHealthy",
                seen.backups().healthy(),
                seen.backups().reason(),
                seen.backups().why());
        new ArchiveVerdict(seen.archive(), before).condition(conditions);
        if (trust != null) {
            trust.condition(conditions);
        }
        if (users != null) {
            conditions.set("AuthReady", users.ready(), users.reason(), users.message());
        }
        if (migration != null) {
            conditions.set(MainstayApi.MIGRATED, migration.done(), migration.reason(), migration.message());
        }
        RecoveryReport.condition(conditions, seen.observation(), decision);
        return conditions.list();
    }

    private String stuck(String text) {
        return obstacles.after(text, seen.observation().members());
    }

    private void progress(
            Conditions conditions,
            @Nullable Operation operation,
            Operation.@Nullable Type type,
            Action.@Nullable Blocker blocker,
            boolean idle,
            String why) {
        if (operation != null && isLate(operation)) {
            String late = operation.step() + (operation.member() == null ? "" : " of " + operation.member());
            conditions.set(
                    "Progressing",
                    false,
                    DEADLINE_EXCEEDED,
                    late + " takes longer than updateStrategy.progressDeadlineSeconds: " + why);
        } else if (type != null) {
            String reason = switch (type) {
                case UPGRADE -> "Upgrading";
                case RECONFIGURE, RESIZE_VOLUMES -> "Reconfiguring";
                case REPLACE, CLEAR_ALARM, RECOVER_QUORUM -> "Replacing";
                case DEFRAGMENT -> "Defragmenting";
                default -> "Scaling";
            };
            conditions.set("Progressing", true, reason, why);
        } else if (blocker == Action.Blocker.HEALTH || blocker == Action.Blocker.LEARNER) {
            conditions.set("Progressing", true, "WaitingForHealth", why);
        } else if (blocker == Action.Blocker.WINDOW) {
            conditions.set("Progressing", false, "WaitingForWindow", why);
        } else {
            conditions.set(
                    "Progressing",
                    false,
                    "Idle",
                    idle ? TemplateReport.idle(seen.template().status()) : why);
        }
    }

    private boolean isLate(Operation operation) {
        return operation.deadline() != null
                && Instant.parse(operation.deadline())
                        .isBefore(seen.observation().now());
    }

    private void degraded(
            Conditions conditions,
            Action.@Nullable Blocker blocker,
            int ready,
            int replicas,
            boolean founded,
            String why) {
        if (blocker == Action.Blocker.CLUSTER_ID) {
            conditions.set("Degraded", true, "ClusterIDMismatch", why);
        } else if (founded && ready < replicas) {
            conditions.set("Degraded", true, "MemberUnhealthy", stuck(ready + " of " + replicas + " members serve"));
        } else {
            conditions.set("Degraded", false, "AllHealthy", "every member serves");
        }
    }

    private boolean alarms(ClusterView.Alarm.Kind kind) {
        return seen.observation().cluster().alarms().stream().anyMatch(alarm -> alarm.kind() == kind);
    }
}
