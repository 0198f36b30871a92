package dev.mainstay.operator.cluster;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdClusterStatus;
import dev.mainstay.api.v1alpha1.EtcdMember;
import dev.mainstay.api.v1alpha1.EtcdMemberStatus;
import dev.mainstay.api.v1alpha1.Operation;
import dev.mainstay.api.v1alpha1.Tls;
import dev.mainstay.operator.access.act.RootVerdict;
import dev.mainstay.operator.cluster.act.Actuator;
import dev.mainstay.operator.cluster.act.GivenKeeper;
import dev.mainstay.operator.cluster.act.RootKeeper;
import dev.mainstay.operator.cluster.act.TrustKeeper;
import dev.mainstay.operator.cluster.certificates.TrustState;
import dev.mainstay.operator.cluster.desired.Names;
import dev.mainstay.operator.cluster.engine.Action;
import dev.mainstay.operator.cluster.engine.Decision;
import dev.mainstay.operator.cluster.engine.Engine;
import dev.mainstay.operator.cluster.engine.Explanation;
import dev.mainstay.operator.cluster.engine.MemberView;
import dev.mainstay.operator.cluster.observe.ClusterObserver;
import dev.mainstay.operator.cluster.observe.Seen;
import dev.mainstay.operator.cluster.report.BackupGauges;
import dev.mainstay.operator.cluster.report.ClusterNews;
import dev.mainstay.operator.cluster.report.ClusterReport;
import dev.mainstay.operator.cluster.report.MemberReport;
import dev.mainstay.operator.cluster.report.TemplateReport;
import dev.mainstay.operator.cluster.trust.TrustStep;
import dev.mainstay.operator.migration.MigrationKeeper;
import dev.mainstay.operator.migration.plan.MigrationVerdict;
import dev.mainstay.operator.report.EventLog;
import dev.mainstay.operator.tracing.PassTrace;
import dev.mainstay.operator.tracing.Tracing;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** One pass over one cluster: observe, keep certificates, decide, write down, act. Keeps nothing between passes. */
public final class ClusterPass {

    private static final int CONFLICT = 409;

    private final KubernetesClient kubernetes;
    private final ClusterObserver observer;
    private final Engine engine = new Engine();
    private final Explanations explanations = new Explanations();
    private final UnorderedObjects objects;
    private final Actuator actuator;
    private final TrustKeeper trust;
    private final GivenKeeper given;
    private final RootKeeper users;
    private final MigrationKeeper migrations;
    private final EventLog events;
    private final MeterRegistry meters;
    private final BackupGauges gauges;
    private final QuorumLossGauge quorumLoss;
    private final ClusterMeters series;
    private final Tracing tracing;

    /** Made of its parts, and not traced. */
    public ClusterPass(
            KubernetesClient kubernetes,
            ClusterObserver observer,
            Actuator actuator,
            RootKeeper users,
            MigrationKeeper migrations,
            MeterRegistry meters) {
        this(kubernetes, observer, actuator, users, migrations, meters, Tracing.off());
    }

    /** Made of its parts. */
    public ClusterPass(
            KubernetesClient kubernetes,
            ClusterObserver observer,
            Actuator actuator,
            RootKeeper users,
            MigrationKeeper migrations,
            MeterRegistry meters,
            Tracing tracing) {
        this.kubernetes = kubernetes;
        this.observer = observer;
        this.actuator = actuator;
        this.users = users;
        this.migrations = migrations;
        this.trust = new TrustKeeper(kubernetes, meters);
        this.given = new GivenKeeper(kubernetes, meters);
        this.events = new EventLog(kubernetes, meters);
        this.objects = new UnorderedObjects(kubernetes, events);
        this.meters = meters;
        this.gauges = new BackupGauges(meters);
        this.series = new ClusterMeters(meters);
        this.tracing = tracing;
        this.quorumLoss = new QuorumLossGauge(meters);
    }

    /** Runs it, and says what was decided; empty if there is no such cluster any more. */
    public Optional<Decision> run(String namespace, String name) {
        PassTrace trace = tracing.pass("EtcdCluster", namespace, name);
        return trace.whole(() -> run(namespace, name, trace));
    }

    /** Nothing is measured any more of a cluster that is gone, and nothing explained. */
    public void forget(String namespace, String name) {
        explanations.forget(namespace, name);
        unmeasure(namespace, name);
    }

    private void unmeasure(String namespace, String name) {
        series.forget(namespace, name);
        gauges.forget(namespace, name);
        quorumLoss.forget(namespace, name);
    }

    private Optional<Decision> run(String namespace, String name, PassTrace trace) {
        EtcdCluster cluster = kubernetes
                .resources(EtcdCluster.class)
                .inNamespace(namespace)
                .withName(name)
                .get();
        if (cluster == null) {
            forget(namespace, name);
            return Optional.empty();
        }
        Seen seen = trace.step("observe", () -> observer.observe(cluster));
        Optional<String> unsupported = Unsupported.reason(cluster);
        boolean deleted = seen.observation().wanted().deleted();
        boolean leave = unsupported.isPresent()
                || deleted
                || seen.observation().wanted().paused();
        Optional<TrustState> certificates = trace.step("certificates", () -> certificates(seen, leave, trace));
        Decision decision = unsupported
                .map(why -> new Decision("Spec", new Action.Wait(Action.Blocker.SPEC, why), null, null))
                .orElseGet(() -> decide(seen, certificates));
        explain(seen, decision, unsupported.isPresent(), trace);
        trace.tell("mainstay.rule", decision.rule());
        trace.tell("mainstay.decision", decision.action().toString());
        if (deleted) {
            users.forget(cluster.getMetadata().getUid());
            unmeasure(namespace, name);
        } else {
            gauges.show(seen);
            quorumLoss.look(seen);
            Optional<MigrationVerdict> migration = trace.step("migration", () -> migrations.keep(seen, !leave));
            boolean own = migration.isEmpty() || migration.get().done();
            Optional<RootVerdict> root = trace.step("users", () -> users.keep(seen, !leave && own, isCalm(decision)));
            var _ = trace.step("report", () -> report(seen, decision, certificates, root, migration, trace));
            root.ifPresent(verdict -> verdict.news()
                    .forEach(news ->
                            events.tell(cluster, news, seen.observation().now())));
        }
        boolean paused = decision.action() instanceof Action.Wait wait
                && (wait.blocker() == Action.Blocker.PAUSED || wait.blocker() == Action.Blocker.SPEC);
        if (!paused && !deleted) {
            var _ = trace.step("objects", () -> {
                objects.apply(seen.cluster(), seen.observation().now());
                objects.services(seen);
                return cluster;
            });
        }
        if (!(decision.action() instanceof Action.Idle) && !(decision.action() instanceof Action.Wait)) {
            count(decision, "started");
            carryOut(seen, decision, trace);
            count(decision, "done");
        }
        return Optional.of(decision);
    }

    /** Says why, where that is something new. */
    private void explain(Seen seen, Decision decision, boolean unsupported, PassTrace trace) {
        Explanation explanation = engine.explain(seen.observation());
        boolean overruled = unsupported || !explanation.rule().equals(decision.rule());
        Explanation told = overruled ? explanation.overruled(decision) : explanation;
        EtcdCluster cluster = seen.cluster();
        boolean isNew = explanations.keep(
                cluster.getMetadata().getNamespace(), cluster.getMetadata().getName(), told);
        if (isNew && !decision.atRest()) {
            trace.tell("mainstay.explanation", told.text());
        }
    }

    /** Why what is done to each cluster is done. */
    public Explanations explanations() {
        return explanations;
    }

    /** Whether nothing is to do, or only what waits for a window. */
    private static boolean isCalm(Decision decision) {
        return decision.action() instanceof Action.Idle
                || (decision.action() instanceof Action.Wait wait && wait.blocker() == Action.Blocker.WINDOW);
    }

    private Optional<TrustState> certificates(Seen seen, boolean leave, PassTrace trace) {
        if (Names.issuance(seen.cluster()) != Tls.Issuance.SELF_MANAGED) {
            return given.keep(seen, !leave, trace);
        }
        return leave ? trust.look(seen) : trust.keep(seen, trace);
    }

    private void carryOut(Seen seen, Decision decision, PassTrace trace) {
        EtcdCluster cluster = seen.cluster();
        Action action = decision.action();
        Instant now = seen.observation().now();
        ClusterNews.of(action).ifPresent(news -> events.tell(cluster, news, now, trace.traceId()));
        try {
            var _ = trace.step(action.getClass().getSimpleName(), attributes(decision), () -> {
                actuator.act(seen, action);
                return action;
            });
        } catch (RuntimeException e) {
            if (!isConflict(e)) {
                events.tell(cluster, ClusterNews.failed(action, reason(e)), now, trace.traceId());
            }
            throw e;
        }
        if (action instanceof Action.RecreatePod) {
            series.recreated(
                    cluster.getMetadata().getNamespace(), cluster.getMetadata().getName());
        }
    }

    private static Map<String, String> attributes(Decision decision) {
        Map<String, String> attributes = new TreeMap<>();
        attributes.put("mainstay.rule", decision.rule());
        attributes.put("mainstay.action", decision.action().toString());
        if (decision.member() != null) {
            attributes.put("mainstay.member", decision.member());
        }
        return attributes;
    }

    /** Somebody else was faster; the next pass sees what they did. */
    private static boolean isConflict(RuntimeException failure) {
        return failure instanceof KubernetesClientException refused && refused.getCode() == CONFLICT;
    }

    /** What the API server says, without what was asked of it. */
    private static String reason(RuntimeException failure) {
        Status status = failure instanceof KubernetesClientException refused ? refused.getStatus() : null;
        return status != null && status.getMessage() != null
                ? status.getMessage()
                : String.valueOf(failure.getMessage());
    }

    /** As the engine says, but without certificates no member is begun that couldn't talk to the others. */
    private Decision decide(Seen seen, Optional<TrustState> certificates) {
        Decision decision = engine.decide(seen.observation());
        boolean begins =
                decision.action() instanceof Action.CreateMember || decision.action() instanceof Action.AddLearner;
        return begins && certificates.isPresent() && certificates.get().step() instanceof TrustStep.Blocked blocked
                ? new Decision(
                        "Certificates",
                        new Action.Wait(Action.Blocker.CERTIFICATES, blocked.why()),
                        null,
                        decision.member())
                : decision;
    }

    private void count(Decision decision, String result) {
        meters.counter(
                        "etcd_operator_step",
                        "rule",
                        decision.rule(),
                        "step",
                        decision.action().getClass().getSimpleName(),
                        "result",
                        result)
                .increment();
    }

    /** Written before anything is done, and only when it says something new. */
    private EtcdClusterStatus report(
            Seen seen,
            Decision decision,
            Optional<TrustState> certificates,
            Optional<RootVerdict> root,
            Optional<MigrationVerdict> migration,
            PassTrace trace) {
        MemberReport report = new MemberReport(seen);
        for (MemberView view : seen.observation().members()) {
            EtcdMember member = Objects.requireNonNull(seen.members().get(view.name()));
            EtcdMemberStatus status = report.status(view);
            if (!status.equals(member.getStatus())) {
                member.setStatus(status);
                EtcdMember written = kubernetes.resource(member).updateStatus();
                member.getMetadata().setResourceVersion(written.getMetadata().getResourceVersion());
            }
        }
        EtcdCluster cluster = seen.cluster();
        EtcdClusterStatus status = new ClusterReport(
                        seen,
                        decision,
                        certificates.orElse(null),
                        root.orElse(null),
                        migration.orElse(null),
                        trace.fresh())
                .status();
        Operation operation = status.operation();
        trace.belongsTo(operation == null ? null : operation.traceID());
        EtcdClusterStatus before = Objects.requireNonNullElse(cluster.getStatus(), EtcdClusterStatus.EMPTY);
        if (!status.equals(cluster.getStatus())) {
            Stream.concat(
                            ClusterNews.of(before.conditions(), status.conditions()).stream(),
                            TemplateReport.news(cluster, before.podTemplate(), status.podTemplate()).stream())
                    .forEach(news ->
                            events.tell(cluster, news, seen.observation().now(), trace.traceId()));
            cluster.setStatus(status);
            EtcdCluster written = kubernetes.resource(cluster).updateStatus();
            cluster.getMetadata().setResourceVersion(written.getMetadata().getResourceVersion());
        }
        String namespace = cluster.getMetadata().getNamespace();
        String name = cluster.getMetadata().getName();
        Operation old = before.operation();
        if (old != null && (operation == null || operation.type() != old.type())) {
            ended(namespace, name, old, decision, seen.observation().now());
        }
        series.seen(namespace, name, seen.observation(), status);
        return status;
    }

    /** The operation that the status spoke of until now is over. */
    private void ended(String namespace, String name, Operation old, Decision next, Instant now) {
        Instant begin = old.startTime() == null ? now : Instant.parse(old.startTime());
        String result = next.atRest() ? "completed" : "interrupted";
        series.ended(namespace, name, old.type(), result, Duration.between(begin, now));
        tracing.operation(ClusterMeters.word(old.type()), old.traceID(), begin, namespace, name, result);
    }
}
