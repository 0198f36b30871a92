package dev.mainstay.operator.backup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.api.v1alpha1.EtcdBackup;
import dev.mainstay.api.v1alpha1.EtcdBackupSchedule;
import dev.mainstay.api.v1alpha1.EtcdBackupScheduleStatus;
import dev.mainstay.api.v1alpha1.EtcdBackupStatus;
import dev.mainstay.api.v1alpha1.EtcdBackupStore;
import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.MainstayApi;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.javaoperatorsdk.operator.Operator;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Stores, backups and schedules over an API server's objects; every pass is a new operator's. */
@EnableKubernetesMockClient(crud = true)
@Timeout(120)
class BackupPassesTest {

    private static final String NAMESPACE = "test";
    private static final String ID = "20260101T010000.000Z-9f3c01ab";
    private static final String CREATED = """
            {"exitCode":0,"result":{"id":"%s","revision":42,"compactRevision":7,"keys":3,"hash":255,"bytes":100,
            "storedBytes":80,"addedBytes":20,"memberId":"a1","clusterId":"c1","keyId":""}}
            """.formatted(ID).replace("\n", "");

    /** Else it logs every request. */
    private static final Logger SERVER_LOG = Logger.getLogger("io.fabric8.mockwebserver.MockWebServer");

    static {
        SERVER_LOG.setLevel(Level.OFF);
    }

    @SuppressWarnings("NullAway.Init")
    KubernetesMockServer server;

    @SuppressWarnings("NullAway.Init")
    KubernetesClient client;

    @SuppressWarnings("NullAway.Init")
    private FakeJobs jobs;

    private Instant now = Instant.now();

    @BeforeEach
    void setUp() {
        jobs = new FakeJobs(client, () -> now);
        jobs.tool = arguments -> arguments.contains("create")
                ? new FakeJobs.Outcome(0, CREATED)
                : new FakeJobs.Outcome(0, "{\"exitCode\":0,\"result\":{\"id\":\"" + ID + "\",\"revision\":42}}");
    }

    @Test
    void storeIsProbedOncePerStateOfItsSecrets() {
        s3Store();

        settle();
        assertThat(ready("store")).isEqualTo("False SecretMissing");
        assertThat(jobs.commands).isEmpty();

        secret("keys", Map.of("AWS_ACCESS_KEY_ID", "a"));
        settle();
        assertThat(ready("store")).isEqualTo("False SecretInvalid");

        jobs.tool = _ ->
                new FakeJobs.Outcome(1, "{\"exitCode\":1,\"error\":\"s3 says 403: no such key\",\"kind\":\"DENIED\"}");
        secret("keys", Map.of("AWS_ACCESS_KEY_ID", "a", "AWS_SECRET_ACCESS_KEY", "b"));
        settle();
        assertThat(ready("store")).isEqualTo("False CredentialsInvalid");
        assertThat(events()).anyMatch(event -> event.contains("s3 says 403: no such key"));
        assertThat(jobs.commands)
                .containsExactly(
                        "backup probe --repository=s3://bucket/team --region=eu --endpoint-url=https://s3.local"
                                + " --path-style --access-key-file=/store-credentials/AWS_ACCESS_KEY_ID"
                                + " --secret-key-file=/store-credentials/AWS_SECRET_ACCESS_KEY --write-out=json"
                                + " --result-file=/dev/termination-log");

        now = now.plus(Duration.ofMinutes(6));
        settle();
        assertThat(jobs.commands).hasSize(2);

        jobs.tool = _ -> new FakeJobs.Outcome(0, "{\"exitCode\":0}");
        secret("keys", Map.of("AWS_ACCESS_KEY_ID", "a", "AWS_SECRET_ACCESS_KEY", "c"));
        settle();
        assertThat(ready("store")).isEqualTo("True Reachable");
        assertThat(client.batch().v1().jobs().inNamespace(NAMESPACE).list().getItems())
                .isEmpty();
        assertSteady();
    }

    @Test
    void backupIsMadeProvenAndTold() {
        volumeStore();
        cluster();
        settle();
        backup("b", "");

        settle();
        assertThat(reason("b", "Succeeded")).isEqualTo("True Stored");
        assertThat(reason("b", "Verified")).isEqualTo("True ChecksumOnly");
        EtcdBackup made = Objects.requireNonNull(get(EtcdBackup.class, "b"));
        EtcdBackupStatus.Artifact artifact =
                Objects.requireNonNull(made.getStatus().artifact());
        assertThat(artifact.revision()).isEqualTo("42");
        assertThat(artifact.id()).isEqualTo(ID);
        assertThat(artifact.keyHash()).isEqualTo("ff");
        assertThat(artifact.uri()).isEqualTo("file:///store/a/backups/" + ID);
        assertThat(Objects.requireNonNull(made.getStatus().source()).member()).isEqualTo("a1");
        assertThat(jobs.commands.get(1))
                .startsWith("backup create --from=follower --tags=etcdbackup=b,uid=")
                .contains("--repository=file:///store/a --endpoints=https://a-1.a-members.test.svc:2379")
                .contains("--cacert=/client-tls/ca.crt --cert=/client-tls/tls.crt --key=/client-tls/tls.key")
                .endsWith("--write-out=json --result-file=/dev/termination-log");
        assertThat(jobs.commands.get(2)).startsWith("backup verify " + ID + " --mode=checksum");
        assertThat(events()).anyMatch(event -> event.startsWith("Normal Stored: backup " + ID));
        assertSteady();
    }

    @Test
    void jobsAreOfTheRestrictedKindAndNoMembers() {
        volumeStore();
        cluster();
        settle();
        jobs.runs = false;
        backup("b", "");
        settle();

        Job job = client.batch()
                .v1()
                .jobs()
                .inNamespace(NAMESPACE)
                .withName("b-create")
                .get();
        PodSpec pod = job.getSpec().getTemplate().getSpec();
        assertThat(job.getSpec().getTemplate().getMetadata().getLabels())
                .doesNotContainKey(MainstayApi.CLUSTER_LABEL)
                .containsEntry(MainstayApi.CALLER_LABEL, "a");
        assertThat(pod.getServiceAccountName()).isEqualTo("s-store");
        assertThat(pod.getAutomountServiceAccountToken()).isFalse();
        assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        var container = pod.getContainers().getFirst();
        assertThat(container.getImage()).isEqualTo("mainstay/node:1.4.2");
        assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
        assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
        assertThat(container.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
        assertThat(pod.getVolumes()).extracting(volume -> volume.getName()).contains("store", "client-tls", "tmp");
        assertThat(client.serviceAccounts()
                        .inNamespace(NAMESPACE)
                        .withName("s-store")
                        .get()
                        .getAutomountServiceAccountToken())
                .isFalse();
        assertThat(reason("b", "Succeeded")).isEqualTo("Unknown Running");
        assertSteady();
    }

    @Test
    void failureHasTheToolsOwnWords() {
        volumeStore();
        cluster();
        settle();
        jobs.tool = _ -> new FakeJobs.Outcome(
                1, "{\"exitCode\":1,\"error\":\"the disk of /store is full: make room\",\"kind\":\"FULL\"}");
        backup("b", "");

        settle();
        assertThat(reason("b", "Succeeded")).isEqualTo("False StoreFull");
        assertThat(message("b", "Succeeded")).isEqualTo("the disk of /store is full: make room");
        assertThat(events()).contains("Warning StoreFull: the disk of /store is full: make room");

        jobs.tool = _ -> new FakeJobs.Outcome(-1, "");
        backup("late", "");
        settle();
        assertThat(reason("late", "Succeeded")).isEqualTo("False DeadlineExceeded");
        assertSteady();
    }

    @Test
    void drillThatFindsDamageIsTold() {
        volumeStore();
        cluster();
        settle();
        jobs.tool = arguments -> arguments.contains("create")
                ? new FakeJobs.Outcome(0, CREATED)
                : new FakeJobs.Outcome(2, "{\"exitCode\":2,\"error\":\"files/x isn't what was written\"}");
        backup("b", "verification: Restore");

        settle();
        assertThat(reason("b", "Succeeded")).isEqualTo("True Stored");
        assertThat(reason("b", "Verified")).isEqualTo("False DrillFailed");
        assertThat(message("b", "Verified")).isEqualTo("files/x isn't what was written");
        assertThat(jobs.commands.getLast()).contains("--mode=restore").contains("--scratch-dir=/scratch");
    }

    @Test
    void whatIsMissingIsWaitedForUntilTheTimeIsOver() {
        backup("b", "");
        settle();
        assertThat(reason("b", "Succeeded")).isEqualTo("Unknown StoreMissing");

        volumeStore();
        settle();
        assertThat(reason("b", "Succeeded")).isEqualTo("Unknown ClusterMissing");
        assertThat(events()).anyMatch(event -> event.startsWith("Warning ClusterMissing: there is no EtcdCluster a"));

        cluster();
        settle();
        assertThat(reason("b", "Succeeded")).isEqualTo("True Stored");

        backup("c", "clusterRef: {name: none}");
        settle();
        now = now.plus(Duration.ofHours(2));
        settle();
        assertThat(reason("c", "Succeeded")).isEqualTo("False ClusterMissing");
        assertSteady();
    }

    @Test
    void whatIsInTheStoreGoesWithTheObjectIfItIsToldSo() {
        volumeStore();
        cluster();
        settle();
        backup("b", "deletionPolicy: Delete");
        settle();
        assertThat(get(EtcdBackup.class, "b").getMetadata().getFinalizers())
                .containsExactly(MainstayApi.BACKUP_FINALIZER);

        jobs.tool = _ -> new FakeJobs.Outcome(1, "{\"exitCode\":1,\"error\":\"no\",\"kind\":\"UNREACHABLE\"}");
        client.resources(EtcdBackup.class).inNamespace(NAMESPACE).withName("b").delete();
        settle();
        assertThat(reason("b", "Deletable")).isEqualTo("False StoreUnreachable");

        jobs.tool = _ -> new FakeJobs.Outcome(0, "{\"exitCode\":0}");
        now = now.plus(Duration.ofMinutes(6));
        settle();
        assertThat(get(EtcdBackup.class, "b")).isNull();
        assertThat(jobs.commands.getLast()).startsWith("backup delete " + ID);
    }

    @Test
    void deletionDoesNotHangWhenTheStoreIsGone() {
        volumeStore();
        cluster();
        settle();
        backup("b", "deletionPolicy: Delete");
        settle();

        client.resources(EtcdBackupStore.class)
                .inNamespace(NAMESPACE)
                .withName("s")
                .delete();
        client.resources(EtcdBackup.class).inNamespace(NAMESPACE).withName("b").delete();
        settle();
        assertThat(get(EtcdBackup.class, "b")).isNull();
        assertThat(events()).anyMatch(event -> event.startsWith("Warning BackupLeft"));
    }

    @Test
    void scheduleTakesPrunesAndTrims() {
        volumeStore();
        cluster();
        schedule("""
                schedule: "0 * * * *"
                retention: {keepLast: 2, keepDaily: 7, maxAge: 1h30m}
                verification: {every: 2}
                historyLimit: {succeeded: 2, failed: 1}
                """);
        settle();
        String next = Objects.requireNonNull(get(EtcdBackupSchedule.class, "n"))
                .getStatus()
                .nextScheduleTime();
        assertThat(next).endsWith(":00:00Z");
        assertThat(jobs.commands.stream().filter(command -> command.contains("create")))
                .isEmpty();

        now = Instant.parse(next).plusSeconds(1);
        settle();
        List<String> first = backups();
        assertThat(first).hasSize(1).allMatch(name -> name.startsWith("n-20"));
        assertThat(jobs.commands)
                .anyMatch(command -> command.startsWith(
                        "backup prune --keep-last=2 --keep-daily=7 --max-age=5400s --repository=file:///store/a"));
        assertThat(condition(EtcdBackupSchedule.class, "n", "Pruned")).isEqualTo("True Pruned");
        assertThat(condition(EtcdBackupSchedule.class, "n", "BackupHealthy")).isEqualTo("True RecentBackup");
        assertSteady();

        for (int i = 0; i < 3; i++) {
            now = now.plus(Duration.ofHours(1));
            settle();
        }
        assertThat(backups()).hasSize(2).doesNotContainAnyElementsOf(first);
        assertThat(jobs.commands.stream().filter(command -> command.contains("backup create")))
                .hasSize(4);
        assertThat(jobs.commands.stream().filter(command -> command.contains("--mode=restore")))
                .hasSize(2);
        assertThat(jobs.commands.stream().filter(command -> command.contains("prune")))
                .hasSize(4);
        assertSteady();
    }

    @Test
    void runsThatWereMissedForLongAreDroppedAndTold() {
        volumeStore();
        cluster();
        schedule("schedule: \"0 * * * *\"\nstartingDeadlineSeconds: 600");
        settle();
        Instant next = Instant.parse(Objects.requireNonNull(get(EtcdBackupSchedule.class, "n"))
                .getStatus()
                .nextScheduleTime());

        now = next.plus(Duration.ofDays(3)).plus(Duration.ofMinutes(20));
        settle();
        assertThat(backups()).isEmpty();
        assertThat(events().stream().filter(event -> event.startsWith("Warning MissedRun")))
                .hasSize(1);

        now = next.plus(Duration.ofDays(3)).plus(Duration.ofMinutes(65));
        settle();
        assertThat(backups()).hasSize(1);
    }

    @Test
    void nextBackupWaitsForTheLastOrReplacesIt() {
        volumeStore();
        cluster();
        settle();
        jobs.runs = false;
        schedule("schedule: \"0 * * * *\"\nbackupTemplate: {spec: {clusterRef: {name: a}, storeRef: {name: s},"
                + " timeoutSeconds: 86400}}");
        settle();
        now = Instant.parse(Objects.requireNonNull(get(EtcdBackupSchedule.class, "n"))
                .getStatus()
                .nextScheduleTime());
        settle();
        List<String> first = backups();
        now = now.plus(Duration.ofMinutes(90));
        settle();
        assertThat(backups()).isEqualTo(first).hasSize(1);

        change("concurrencyPolicy", "Replace");
        settle();
        assertThat(backups()).hasSize(1).doesNotContainAnyElementsOf(first);
    }

    @Test
    void nonsenseIsAConditionUntilItIsCorrected() {
        volumeStore();
        schedule("schedule: \"61 * * * *\"");
        settle();
        assertThat(condition(EtcdBackupSchedule.class, "n", "Ready")).isEqualTo("False InvalidSchedule");
        assertThat(events()).anyMatch(event -> event.contains("write minute, hour, day of month"));

        change("schedule", "0 1 * * *");
        change("timeZone", "Mars/Olympus");
        settle();
        assertThat(condition(EtcdBackupSchedule.class, "n", "Ready")).isEqualTo("False InvalidSchedule");

        change("timeZone", "Europe/Berlin");
        settle();
        assertThat(condition(EtcdBackupSchedule.class, "n", "Ready")).isEqualTo("True Scheduled");

        change("suspend", true);
        settle();
        assertThat(condition(EtcdBackupSchedule.class, "n", "Ready")).isEqualTo("False Suspended");
        assertSteady();
    }

    @Test
    void drillsHaveTheirOwnTimes() {
        volumeStore();
        cluster();
        schedule("schedule: \"0 * * * *\"\nverification: {schedule: \"30 * * * *\"}");
        settle();
        Instant next = Instant.parse(Objects.requireNonNull(get(EtcdBackupSchedule.class, "n"))
                .getStatus()
                .nextScheduleTime());
        now = next.plusSeconds(1);
        settle();
        jobs.commands.clear();

        now = next.plus(Duration.ofMinutes(30)).plusSeconds(1);
        settle();
        assertThat(jobs.commands).hasSize(1);
        assertThat(jobs.commands.getFirst()).startsWith("backup verify latest --mode=restore");
        assertThat(condition(EtcdBackupSchedule.class, "n", "Proven")).isEqualTo("True RestoreDrillPassed");
        assertSteady();
    }

    /** The same under the operator SDK, whose informers say when to look. */
    @Test
    void runsUnderTheSdk() throws InterruptedException {
        Operator operator =
                new Operator(overrider -> overrider.withKubernetesClient(client).withCloseClientOnStop(false));
        Means means = new Means(client, Clock.systemUTC(), "mainstay/node", "0.1.0", new SimpleMeterRegistry());
        var _ = operator.register(new StoreReconciler(new StorePass(means), new SurveyPass(means)));
        var _ = operator.register(new BackupReconciler(new BackupPass(means)));
        var _ = operator.register(new ScheduleReconciler(new SchedulePass(means)));
        var _ = operator.register(new RestoreReconciler(new RestorePass(means)));
        operator.start();
        try {
            schedule("schedule: \"* * * * *\"\nstartingDeadlineSeconds: 600\nretention: {keepLast: 1}");
            cluster();
            volumeStore();
            await(() -> ready("s").equals("True Reachable"));
            backup("b", "");
            await(() -> reason("b", "Verified").equals("True ChecksumOnly"));
            await(() -> condition(EtcdBackupSchedule.class, "n", "Ready").equals("True Scheduled"));

            // As if it had been made an hour ago, so that a backup is due.
            var _ = client.resources(EtcdBackupSchedule.class)
                    .inNamespace(NAMESPACE)
                    .withName("n")
                    .editStatus(SchedulesOfBefore::hourAgo);
            change("suspend", false);
            await(() -> condition(EtcdBackupSchedule.class, "n", "Pruned").equals("True Pruned"));
            assertThat(backups()).anyMatch(name -> name.startsWith("n-2"));
        } finally {
            operator.stop();
        }
    }

    /** Schedules that were made earlier. */
    private static final class SchedulesOfBefore {

        private SchedulesOfBefore() {}

        static EtcdBackupSchedule hourAgo(EtcdBackupSchedule schedule) {
            schedule.setStatus(ScheduleReport.passed(
                    Objects.requireNonNullElse(schedule.getStatus(), EtcdBackupScheduleStatus.EMPTY),
                    Instant.now().truncatedTo(ChronoUnit.MINUTES).minus(Duration.ofHours(1)),
                    null));
            return schedule;
        }
    }

    private void await(BooleanSupplier condition) throws InterruptedException {
        for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(90); !condition.getAsBoolean(); ) {
            assertThat(System.nanoTime()).as(events().toString()).isLessThan(end);
            jobs.step();
            Thread.sleep(50);
        }
    }

    /** Until nobody wants to go on at once. */
    private void settle() {
        for (int quiet = 0, i = 0; quiet < 2 && i < 60; i++) {
            boolean rests = passes();
            jobs.step();
            quiet = rests ? quiet + 1 : 0;
        }
    }

    /** Each by a new operator. */
    private boolean passes() {
        Means means = new Means(client, () -> now, "mainstay/node", "0.1.0", new SimpleMeterRegistry());
        List<Duration> again = new ArrayList<>();
        names(EtcdBackupStore.class).forEach(name -> again.add(new StorePass(means).run(NAMESPACE, name)));
        names(EtcdBackup.class).forEach(name -> again.add(new BackupPass(means).run(NAMESPACE, name)));
        names(EtcdBackupSchedule.class).forEach(name -> again.add(new SchedulePass(means).run(NAMESPACE, name)));
        return !again.contains(Again.AT_ONCE);
    }

    private <T extends HasMetadata> List<String> names(Class<T> type) {
        return client.resources(type).inNamespace(NAMESPACE).list().getItems().stream()
                .map(object -> object.getMetadata().getName())
                .toList();
    }

    /** Nothing is written any more, counted by the API server's own versions and by its requests. */
    private void assertSteady() {
        settle();
        int before = requests(true);
        settle();
        assertThat(requests(false)).isEqualTo(before);
    }

    private final List<String> writes = new ArrayList<>();

    /** Requests that changed something so far. */
    private int requests(boolean first) {
        try {
            for (var request = server.takeRequest(1, TimeUnit.MILLISECONDS);
                    request != null;
                    request = server.takeRequest(1, TimeUnit.MILLISECONDS)) {
                if (!request.getMethod().equals("GET")) {
                    writes.add(request.getMethod() + " " + request.getPath());
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        assertThat(first || !writes.isEmpty()).isTrue();
        return writes.size();
    }

    private void volumeStore() {
        var _ = client.resource(new PersistentVolumeClaimBuilder()
                        .withNewMetadata()
                        .withName("claim")
                        .withNamespace(NAMESPACE)
                        .endMetadata()
                        .build())
                .createOr(claim -> claim.update());
        EtcdBackupStore store = Serialization.unmarshal("""
                metadata: {name: s, namespace: test, generation: 1}
                spec: {volume: {claimName: claim, path: backups}}
                """, EtcdBackupStore.class);
        var _ = client.resource(store).create();
    }

    private void s3Store() {
        EtcdBackupStore store = Serialization.unmarshal("""
                metadata: {name: store, namespace: test, generation: 1}
                spec:
                  s3: {bucket: bucket, prefix: team/, region: eu, endpoint: "https://s3.local", addressing: Path,
                    credentialsSecretRef: {name: keys}}
                """, EtcdBackupStore.class);
        var _ = client.resource(store).create();
    }

    private void secret(String name, Map<String, String> data) {
        var _ = client.resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace(NAMESPACE)
                        .endMetadata()
                        .withData(data)
                        .build())
                .createOr(replaced -> replaced.update());
    }

    private void cluster() {
        EtcdCluster cluster = Serialization.unmarshal("""
                metadata: {name: a, namespace: test, generation: 1}
                spec: {replicas: 1, version: 1.4.2, storage: {size: 1Gi}}
                status:
                  clusterID: c1
                  version: 1.4.2
                  endpoints: ["https://a-1.a-members.test.svc:2379"]
                  conditions: [{type: Available, status: "True", reason: QuorumHealthy, message: ""}]
                """, EtcdCluster.class);
        var _ = client.resource(cluster).create();
    }

    private void backup(String name, String more) {
        EtcdBackup backup = Serialization.unmarshal(
                """
                metadata: {name: %s, namespace: test, generation: 1}
                spec:
                  clusterRef: {name: a}
                  storeRef: {name: s}
                  %s
                """.formatted(name, more)
                        .replace(more.startsWith("clusterRef") ? "  clusterRef: {name: a}\n" : "\0", ""),
                EtcdBackup.class);
        backup.getMetadata()
                .setCreationTimestamp(now.truncatedTo(ChronoUnit.SECONDS).toString());
        var _ = client.resource(backup).create();
    }

    private void schedule(String more) {
        String template = more.contains("backupTemplate")
                ? ""
                : "backupTemplate: {spec: {clusterRef: {name: a}, storeRef: {name: s}, timeoutSeconds: 86400}}\n";
        EtcdBackupSchedule schedule = Serialization.unmarshal(
                "metadata: {name: n, namespace: test, generation: 1}\nspec:\n"
                        + (template + more).strip().indent(2),
                EtcdBackupSchedule.class);
        schedule.getMetadata()
                .setCreationTimestamp(now.truncatedTo(ChronoUnit.SECONDS).toString());
        var _ = client.resource(schedule).create();
    }

    private void change(String field, Object value) {
        var _ = client.genericKubernetesResources(ResourceDefinitionContext.fromResourceType(EtcdBackupSchedule.class))
                .inNamespace(NAMESPACE)
                .withName("n")
                .edit(resource -> {
                    @SuppressWarnings("unchecked")
                    Map<String, Object> spec = (Map<String, Object>) Objects.requireNonNull(
                            resource.getAdditionalProperties().get("spec"));
                    spec.put(field, value);
                    return resource;
                });
    }

    private <T extends HasMetadata> T get(Class<T> type, String name) {
        return client.resources(type).inNamespace(NAMESPACE).withName(name).get();
    }

    private List<String> backups() {
        return names(EtcdBackup.class);
    }

    private String ready(String name) {
        return condition(EtcdBackupStore.class, name, "Ready");
    }

    private String reason(String backup, String type) {
        return condition(EtcdBackup.class, backup, type);
    }

    private String message(String backup, String type) {
        return get(EtcdBackup.class, backup).getStatus().conditions().stream()
                .filter(condition -> condition.getType().equals(type))
                .map(Condition::getMessage)
                .findFirst()
                .orElse("");
    }

    private <T extends HasMetadata> String condition(Class<T> type, String name, String condition) {
        T read = get(type, name);
        Map<?, ?> object = read == null ? Map.of() : Serialization.unmarshal(Serialization.asJson(read), Map.class);
        if (!(object.get("status") instanceof Map<?, ?> status) || status.get("conditions") == null) {
            return "";
        }
        for (Object found : (List<?>) Objects.requireNonNull(status.get("conditions"))) {
            Map<?, ?> one = (Map<?, ?>) found;
            if (condition.equals(one.get("type"))) {
                return one.get("status") + " " + one.get("reason");
            }
        }
        return "";
    }

    private List<String> events() {
        return client.v1().events().inNamespace(NAMESPACE).list().getItems().stream()
                .map(event -> event.getType() + " " + event.getReason() + ": " + event.getMessage())
                .toList();
    }
}
