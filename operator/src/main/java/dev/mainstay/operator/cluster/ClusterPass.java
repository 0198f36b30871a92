package dev.mainstay.operator.cluster;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdClusterStatus;
import dev.mainstay.api.v1alpha1.EtcdMember;
import dev.mainstay.api.v1alpha1.EtcdMemberStatus;
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
import dev.mainstay.operator.cluster.engine.MemberView;
import dev.mainstay.operator.cluster.observe.ClusterObserver;
import dev.mainstay.operator.cluster.observe.Seen;
import dev.mainstay.operator.cluster.report.BackupGauges;
import dev.mainstay.operator.cluster.report.ClusterNews;
import dev.mainstay.operator.cluster.report.ClusterReport;
import dev.mainstay.operator.cluster.report.MemberReport;
import dev.mainstay.operator.cluster.trust.TrustStep;
import dev.mainstay.operator.migration.MigrationKeeper;
import dev.mainstay.operator.migration.plan.MigrationVerdict;
import dev.mainstay.operator.report.EventLog;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/** One pass over one cluster: observe, keep certificates, decide, write down, act. Keeps nothing between passes. */
public final class ClusterPass {

    private static final int CONFLICT = 409;

    private final KubernetesClient kubernetes;
    private final ClusterObserver observer;
    private final Engine engine = new Engine();
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

    /** Made of its parts. */
    public ClusterPass(
            KubernetesClient kubernetes,
            ClusterObserver observer,
            Actuator actuator,
            RootKeeper users,
            MigrationKeeper migrations,
            MeterRegistry meters) {
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
        this.quorumLoss = new QuorumLossGauge(meters);
    }

    /** Runs it, and says what was decided; empty if there is no such cluster any more. */
    public Optional<Decision> run(String namespace, String name) {
        EtcdCluster cluster = kubernetes
                .resources(EtcdCluster.class)
                .inNamespace(namespace)
                .withName(name)
                .get();
        if (cluster == null) {
            gauges.forget(namespace, name);
            quorumLoss.forget(namespace, name);
            return Optional.empty();
        }
        Seen seen = observer.observe(cluster);
        Optional<String> unsupported = Unsupported.reason(cluster);
        boolean deleted = seen.observation().wanted().deleted();
        boolean leave = unsupported.isPresent()
                || deleted
                || seen.observation().wanted().paused();
        Optional<TrustState> certificates = certificates(seen, leave);
        Decision decision = unsupported
                .map(why -> new Decision("Spec", new Action.Wait(Action.Blocker.SPEC, why), null, null))
                .orElseGet(() -> decide(seen, certificates));
        if (deleted) {
            quorumLoss.forget(namespace, name);
            users.forget(cluster.getMetadata().getUid());
            gauges.forget(namespace, name);
        } else {
            gauges.show(seen);
            quorumLoss.look(seen);
            Optional<MigrationVerdict> migration = migrations.keep(seen, !leave);
            boolean own = migration.isEmpty() || migration.get().done();
            Optional<RootVerdict> root = users.keep(seen, !leave && own, decision.action() instanceof Action.Idle);
            report(seen, decision, certificates, root, migration);
            root.ifPresent(verdict -> verdict.news()
                    .forEach(news ->
                            events.tell(cluster, news, seen.observation().now())));
        }
        boolean paused = decision.action() instanceof Action.Wait wait
                && (wait.blocker() == Action.Blocker.PAUSED || wait.blocker() == Action.Blocker.SPEC);
        if (!paused && !deleted) {
            objects.apply(cluster, seen.observation().now());
        }
        if (!(decision.action() instanceof Action.Idle) && !(decision.action() instanceof Action.Wait)) {
            count(decision, "started");
            carryOut(seen, decision.action());
            count(decision, "done");
        }
        return Optional.of(decision);
    }

    private Optional<TrustState> certificates(Seen seen, boolean leave) {
        if (Names.issuance(seen.cluster()) != Tls.Issuance.SELF_MANAGED) {
            return given.keep(seen, !leave);
        }
        return leave ? trust.look(seen) : trust.keep(seen);
    }

    private void carryOut(Seen seen, Action action) {
        EtcdCluster cluster = seen.cluster();
        Instant now = seen.observation().now();
        ClusterNews.of(action).ifPresent(news -> events.tell(cluster, news, now));
        try {
            actuator.act(seen, action);
        } catch (RuntimeException e) {
            if (!isConflict(e)) {
                events.tell(cluster, ClusterNews.failed(action, reason(e)), now);
            }
            throw e;
        }
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
    private void report(
            Seen seen,
            Decision decision,
            Optional<TrustState> certificates,
            Optional<RootVerdict> root,
            Optional<MigrationVerdict> migration) {
        MemberReport report = new MemberReport(seen);
        for (MemberView view : seen.observation().members()) {
            EtcdMember member = Objects.requireNonNull(seen.members().get(view.name()));
            EtcdMemberStatus status = report.status(view);
            if (!status.equals(member.getStatus())) {
                member.setStatus(status);
                EtcdMember written = kubernetes.resource(member).updateStatus();
                member.getMetadata().setResourceVersion(written.getMetadata().getResourceVersion());
                meters.counter("etcd_operator_api_writes", "kind", "EtcdMember").increment();
            }
        }
        EtcdCluster cluster = seen.cluster();
        EtcdClusterStatus status = new ClusterReport(
                        seen, decision, certificates.orElse(null), root.orElse(null), migration.orElse(null))
                .status();
        if (!status.equals(cluster.getStatus())) {
            EtcdClusterStatus before = Objects.requireNonNullElse(cluster.getStatus(), EtcdClusterStatus.EMPTY);
            ClusterNews.of(before.conditions(), status.conditions())
                    .forEach(news ->
                            events.tell(cluster, news, seen.observation().now()));
            cluster.setStatus(status);
            EtcdCluster written = kubernetes.resource(cluster).updateStatus();
            cluster.getMetadata().setResourceVersion(written.getMetadata().getResourceVersion());
            meters.counter("etcd_operator_api_writes", "kind", "EtcdCluster").increment();
        }
    }
}
