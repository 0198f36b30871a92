package dev.mainstay.operator.backup;

import dev.mainstay.api.v1alpha1.EtcdBackupStore;
import dev.mainstay.api.v1alpha1.EtcdBackupStoreStatus;
import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.operator.backup.engine.StoreEngine;
import dev.mainstay.operator.backup.engine.TaskView;
import dev.mainstay.operator.cluster.desired.Names;
import dev.mainstay.operator.report.ConditionNews;
import dev.mainstay.operator.report.Conditions;
import dev.mainstay.operator.task.StoreAccess;
import dev.mainstay.operator.task.Stores;
import dev.mainstay.operator.task.Task;
import dev.mainstay.operator.task.TaskNames;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One look at a store: it is probed by a job, and its condition says what the probe found. */
public final class StorePass {

    private static final String READY = "Ready";
    private static final Set<String> EXPECTED = Set.of("Probing");
    private static final Duration DEADLINE = Duration.ofMinutes(5);
    private static final int CONFLICT = 409;

    private final Means means;
    private final StoreEngine engine = new StoreEngine();

    /** With these means. */
    public StorePass(Means means) {
        this.means = means;
    }

    /** Does one step; when to look again. */
    public Duration run(String namespace, String name) {
        EtcdBackupStore store = means.kubernetes()
                .resources(EtcdBackupStore.class)
                .inNamespace(namespace)
                .withName(name)
                .get();
        if (store == null) {
            return Again.AT_REST;
        }
        Stores.Found found = means.stores().read(store);
        String job = TaskNames.of(name, "probe-" + found.fingerprint());
        TaskView probe =
                found.access() == null ? TaskView.ABSENT : means.tasks().look(namespace, job);
        EtcdBackupStoreStatus before = Objects.requireNonNullElse(store.getStatus(), EtcdBackupStoreStatus.EMPTY);
        Instant now = means.now();
        StoreEngine.View view = new StoreEngine.View(
                now,
                store.getMetadata().getDeletionTimestamp() != null,
                found.view(),
                found.fingerprint(),
                Objects.requireNonNullElse(before.probed(), ""),
                ready(before).filter("True"::equals).isPresent(),
                before.probeTime() == null ? null : Instant.parse(before.probeTime()),
                probe);
        return switch (engine.decide(view)) {
            case StoreEngine.Step.None _ -> {
                if (!view.deleted()) {
                    keepAccount(store);
                }
                yield Again.AT_REST;
            }
            case StoreEngine.Step.Wait wait -> Again.at(wait.until(), now);
            case StoreEngine.Step.Blocked blocked -> {
                // What is missing may come without an event for us.
                report(store, before.probed(), before.probeTime(), false, blocked.reason(), blocked.why());
                yield Again.WHILE_WAITING;
            }
            case StoreEngine.Step.Probe _ -> {
                report(
                        store,
                        before.probed(),
                        before.probeTime(),
                        null,
                        "Probing",
                        "whether it takes objects is being tried");
                keepAccount(store);
                means.act(store, "Probe", () -> means.tasks().start(probe(store, job, found.usable())));
                yield Again.AT_ONCE;
            }
            case StoreEngine.Step.Probing probing -> {
                report(
                        store,
                        before.probed(),
                        before.probeTime(),
                        null,
                        "Probing",
                        probing.why().isEmpty() ? "whether it takes objects is being tried" : probing.why());
                yield Again.WHILE_RUNNING;
            }
            case StoreEngine.Step.RecordFound _ -> {
                Instant ended = Objects.requireNonNullElse(probe.ended(), now).truncatedTo(ChronoUnit.SECONDS);
                record(store, found, probe, ended);
                means.act(store, "Clear", () -> means.tasks().clear(namespace, job));
                yield Again.AT_ONCE;
            }
        };
    }

    private static Optional<String> ready(EtcdBackupStoreStatus status) {
        return status.conditions().stream()
                .filter(condition -> READY.equals(condition.getType()))
                .map(Condition::getStatus)
                .findFirst();
    }

    private Task probe(EtcdBackupStore store, String job, StoreAccess access) {
        EtcdCluster any = means
                .kubernetes()
                .resources(EtcdCluster.class)
                .inNamespace(store.getMetadata().getNamespace())
                .list()
                .getItems()
                .stream()
                .min(Comparator.comparing(cluster -> cluster.getMetadata().getName()))
                .orElse(null);
        return Task.of(job, store, means.image(any), access, "", List.of("probe"), DEADLINE);
    }

    private void record(EtcdBackupStore store, Stores.Found found, TaskView probe, Instant ended) {
        String time = ended.toString();
        if (probe.isDone()) {
            report(
                    store,
                    found.fingerprint(),
                    time,
                    true,
                    "Reachable",
                    found.usable().place() + " takes objects and gives them back");
        } else {
            report(store, found.fingerprint(), time, false, reason(probe), probe.why());
        }
    }

    private static String reason(TaskView probe) {
        boolean certificate = probe.why().toLowerCase(Locale.ROOT).contains("certificate");
        return switch (probe.kind()) {
            case "DENIED" -> "CredentialsInvalid";
            case "UNREACHABLE" -> certificate ? "CertificateUntrusted" : "Unreachable";
            case "BAD_SETTING" -> certificate ? "CertificateUntrusted" : "InvalidSpec";
            case "FULL" -> "Full";
            default -> probe.state() == TaskView.State.LATE ? "ProbeLate" : "WriteProbeFailed";
        };
    }

    private void report(
            EtcdBackupStore store,
            @Nullable String probed,
            @Nullable String probeTime,
            @Nullable Boolean works,
            String reason,
            String why) {
        EtcdBackupStoreStatus before = Objects.requireNonNullElse(store.getStatus(), EtcdBackupStoreStatus.EMPTY);
        Conditions conditions = new Conditions(
                before.conditions(), means.now(), store.getMetadata().getGeneration());
        conditions.set(READY, works, reason, why);
        EtcdBackupStoreStatus after = new EtcdBackupStoreStatus(
                store.getMetadata().getGeneration(), probed, probeTime, before.recoveryWindow(), conditions.list());
        if (!after.equals(before)) {
            store.setStatus(after);
            means.written(store);
            means.tell(store, ConditionNews.of(before.conditions(), after.conditions(), EXPECTED));
        }
    }

    /** An account without any right, for pods; people may annotate it for workload identity. */
    private void keepAccount(EtcdBackupStore store) {
        String wanted = store.getSpec().serviceAccountName();
        if (wanted != null && !wanted.isEmpty()) {
            return;
        }
        ServiceAccount account = new ServiceAccountBuilder()
                .withNewMetadata()
                .withName(StoreAccess.account(store))
                .withNamespace(store.getMetadata().getNamespace())
                .addToLabels("app.kubernetes.io/managed-by", "mainstay-operator")
                .withOwnerReferences(Names.owner(store))
                .endMetadata()
                .withAutomountServiceAccountToken(false)
                .build();
        if (means.kubernetes().resource(account).get() != null) {
            return;
        }
        try {
            var _ = means.kubernetes().resource(account).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != CONFLICT) {
                throw e;
            }
        }
    }
}
