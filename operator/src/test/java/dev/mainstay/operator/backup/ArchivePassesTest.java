package dev.mainstay.operator.backup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.api.v1alpha1.EtcdBackup;
import dev.mainstay.api.v1alpha1.EtcdBackupSchedule;
import dev.mainstay.api.v1alpha1.EtcdBackupStore;
import dev.mainstay.api.v1alpha1.EtcdBackupStoreStatus;
import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdClusterStatus;
import dev.mainstay.api.v1alpha1.EtcdMember;
import dev.mainstay.api.v1alpha1.EtcdRestore;
import dev.mainstay.operator.access.FakeAuth;
import dev.mainstay.operator.cluster.ClusterPass;
import dev.mainstay.operator.cluster.FakeCloud;
import dev.mainstay.operator.cluster.act.Actuator;
import dev.mainstay.operator.cluster.act.RootKeeper;
import dev.mainstay.operator.cluster.engine.Action;
import dev.mainstay.operator.cluster.engine.Decision;
import dev.mainstay.operator.cluster.observe.ClusterObserver;
import dev.mainstay.operator.member.ArchiveNumbers;
import dev.mainstay.operator.migration.MigrationKeeper;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clusters that archive, over an API server's objects: who is told, what is said of it, and what comes of moments that nothing reaches. */
@EnableKubernetesMockClient(crud = true)
@Timeout(120)
class ArchivePassesTest {

    private static final String NAMESPACE = "test";
    private static final String ID = "20260101T010000.000Z-9f3c01ab";
    private static final String FAR =
            "{\"exitCode\":1,\"kind\":\"OUT_OF_REACH\",\"error\":\"revision 99 can't be restored. What can: revisions 5 to 42\"}";

    /** Else it logs every request. */
    private static final Logger SERVER_LOG = Logger.getLogger("io.fabric8.mockwebserver.MockWebServer");

    static {
        SERVER_LOG.setLevel(Level.OFF);
    }

    @SuppressWarnings("NullAway.Init")
    KubernetesClient client;

    @SuppressWarnings("NullAway.Init")
    private FakeJobs jobs;

    @SuppressWarnings("NullAway.Init")
    private FakeCloud cloud;

    @SuppressWarnings("NullAway.Init")
    private ClusterPass pass;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);

    /** What a look into the store finds. */
    private String summary = summary(0, false, "", "");

    @BeforeEach
    void setUp() {
        cloud = new FakeCloud(client, () -> now);
        pass = new ClusterPass(
                client,
                new ClusterObserver(client, cloud, "mainstay/node", () -> now),
                new Actuator(client, cloud, "mainstay/node"),
                new RootKeeper(client, new FakeAuth()),
                new MigrationKeeper(client, "mainstay/node"),
                meters);
        jobs = new FakeJobs(client, () -> now);
        jobs.tool = arguments -> new FakeJobs.Outcome(
                0,
                arguments.contains("--summary")
                        ? "{\"exitCode\":0,\"result\":" + summary + "}"
                        : "{\"exitCode\":0,\"result\":{\"id\":\"" + ID + "\",\"revision\":42}}");
    }

    private static String summary(long since, boolean backed, String from, String to) {
        return """
                {"archiveLine":"%s","sinceRevision":%d,"backed":%b,"fromRevision":5,"toRevision":42,"fromTime":"%s","toTime":"%s",
                 "windows":1,"gaps":0,"backups":3}""".formatted(since == 0 ? "" : "00000000000000aa", since, backed, from, to);
    }

    @Test
    void membersAreToldOneAfterTheOtherOnceTheStoreWorks() {
        cluster("a", 3, "");
        settle();
        Map<String, String> before = podIdentities();

        archive("s");
        settle();
        assertThat(healthy()).startsWith("False StoreMissing").contains("there is no EtcdBackupStore s");
        s3("s", "");
        settle();
        assertThat(healthy()).startsWith("False SecretMissing");
        assertThat(podIdentities()).isEqualTo(before);

        secret("keys", Map.of("AWS_ACCESS_KEY_ID", "x", "AWS_SECRET_ACCESS_KEY", "y"));
        jobs.runs = false;
        settle();
        assertThat(healthy()).startsWith("Unknown StoreNotReady");
        assertThat(podIdentities()).isEqualTo(before);
        jobs.runs = true;
        settle();
        assertThat(podIdentities())
                .hasSize(3)
                .doesNotContainValue(before.get("a-1"))
                .doesNotContainValue(before.get("a-3"));
        for (Pod pod : pods("a-")) {
            assertThat(pod.getSpec().getContainers().getFirst().getArgs())
                    .contains(
                            "--archive-repository=s3://b/p/a",
                            "--archive-flush-interval=5s",
                            "--archive-path-style=true",
                            "--archive-access-key-file=/store-credentials/AWS_ACCESS_KEY_ID",
                            "--archive-secret-key-file=/store-credentials/AWS_SECRET_ACCESS_KEY");
            assertThat(pod.getSpec().getVolumes())
                    .anyMatch(volume -> volume.getSecret() != null
                            && volume.getSecret().getSecretName().equals("keys"));
            assertThat(pod.getSpec().getServiceAccountName()).isEqualTo("a");
        }

        archiveOff();
        settle();
        assertThat(pods("a-"))
                .allMatch(pod -> pod.getSpec().getContainers().getFirst().getArgs().stream()
                        .noneMatch(flag -> flag.startsWith("--archive")));
        assertThat(healthy()).startsWith("Unknown NotConfigured");
    }

    /** What pods are told in the words of jobs' tool is what the node knows, with a prefix. */
    @Test
    void flagsAreThoseOfTheNode() throws IOException {
        String known = Files.readString(Path.of("../docs/configuration.md"));
        secret("encryption", Map.of("2027", "x"));
        secret(
                "keys",
                Map.of(
                        "AWS_ACCESS_KEY_ID", "x",
                        "AWS_SECRET_ACCESS_KEY", "y",
                        "AWS_SESSION_TOKEN", "z",
                        "credentials.json", "{}",
                        "accountKey", "k"));
        for (String place : List.of(
                "s3: {bucket: b, region: r, endpoint: \"http://s3\", addressing: Path, credentialsSecretRef: {name: keys},"
                        + " serverSideEncryption: {algorithm: \"aws:kms\", keyID: k}}",
                "gcs: {bucket: backups, credentialsSecretRef: {name: keys}}",
                "azure: {container: backups, storageAccount: account, credentialsSecretRef: {name: keys}}")) {
            String name = place.substring(0, place.indexOf(':'));
            create(
                    EtcdBackupStore.class,
                    "metadata: {name: " + name
                            + "}\nspec:\n  clientSideEncryption: {keySecretRef: {name: encryption}}\n  " + place);
            cluster("a", 1, "archive: {storeRef: {name: " + name + "}}");
            settle();
            List<String> flags = pods("a-").getFirst().getSpec().getContainers().getFirst().getArgs().stream()
                    .filter(flag -> flag.startsWith("--archive-"))
                    .toList();
            assertThat(flags).hasSizeGreaterThan(4).allMatch(flag -> flag.indexOf('=') > 0);
            assertThat(flags)
                    .allSatisfy(
                            flag -> assertThat(known).contains("| `" + flag.substring(2, flag.indexOf('=')) + "` |"));
            client.resources(EtcdCluster.class).inNamespace(NAMESPACE).delete();
            client.resources(EtcdMember.class).inNamespace(NAMESPACE).delete();
            client.pods().inNamespace(NAMESPACE).delete();
        }
    }

    @Test
    void aStoreThatFailsLaterChangesNoMember() {
        running(3);
        Map<String, String> before = podIdentities();

        jobs.tool = _ -> new FakeJobs.Outcome(1, "{\"exitCode\":1,\"kind\":\"UNREACHABLE\",\"error\":\"no route\"}");
        secret("keys", Map.of("AWS_ACCESS_KEY_ID", "x", "AWS_SECRET_ACCESS_KEY", "another"));
        settle();
        assertThat(podIdentities()).as("keys are read anew by the members").isEqualTo(before);

        client.secrets().inNamespace(NAMESPACE).withName("keys").delete();
        settle();
        assertThat(healthy()).startsWith("False SecretMissing");
        assertThat(podIdentities()).isEqualTo(before);

        client.pods().inNamespace(NAMESPACE).withName("a-2").delete();
        settle();
        assertThat(archives())
                .as("a pod that is made anew starts without the secret")
                .containsExactly("a-1", "a-3");

        secret("keys", Map.of("AWS_ACCESS_KEY_ID", "x", "AWS_SECRET_ACCESS_KEY", "y"));
        settle();
        assertThat(archives()).containsExactly("a-1", "a-2", "a-3");
        assertThat(podIdentities()).containsEntry("a-1", before.get("a-1")).containsEntry("a-3", before.get("a-3"));
    }

    @Test
    void aStoreThatNeverWorkedIsToldOnce() {
        jobs.tool = _ -> new FakeJobs.Outcome(1, "{\"exitCode\":1,\"kind\":\"UNREACHABLE\",\"error\":\"no route\"}");
        secret("keys", Map.of("AWS_ACCESS_KEY_ID", "x", "AWS_SECRET_ACCESS_KEY", "y"));
        s3("s", "");
        cluster("a", 1, "archive: {storeRef: {name: s}}");
        settle();
        assertThat(healthy()).startsWith("False StoreNotReady").contains("no route");
        assertThat(archives()).isEmpty();
        String said = version();

        jobs.runs = false;
        later(310);
        assertThat(text(get(EtcdBackupStore.class, "s").getStatus().conditions(), "Ready"))
                .startsWith("Unknown Probing");
        assertThat(version()).isEqualTo(said);
    }

    @Test
    void aKeyThatIsReadOnceReachesTheMembersByNewPods() {
        secret("encryption", Map.of("2027", "x"));
        secret("keys", Map.of("AWS_ACCESS_KEY_ID", "x", "AWS_SECRET_ACCESS_KEY", "y"));
        s3("s", "clientSideEncryption: {keySecretRef: {name: encryption}}");
        cluster("a", 1, "archive: {storeRef: {name: s}}");
        settle();
        Map<String, String> before = podIdentities();
        assertThat(archives()).containsExactly("a-1");

        secret("encryption", Map.of("2027", "x", "2028", "y"));
        settle();
        assertThat(podIdentities().get("a-1")).isNotEqualTo(before.get("a-1"));
        assertThat(pods("a-").getFirst().getSpec().getContainers().getFirst().getArgs())
                .contains(
                        "--archive-encryption-key-file=2027=/store-keys/2027,2028=/store-keys/2028",
                        "--archive-encryption-key-id=2028");
    }

    @Test
    void aVolumeMustBeOneThatAllCanMount() {
        cluster("a", 1, "archive: {storeRef: {name: v}}");
        claim("ReadWriteOnce");
        create(EtcdBackupStore.class, "metadata: {name: v}\nspec: {volume: {claimName: claim, path: etcd}}");
        settle();
        assertThat(healthy()).startsWith("False VolumeNotShared").contains("ReadWriteMany");
        assertThat(archives()).isEmpty();

        client.persistentVolumeClaims().inNamespace(NAMESPACE).withName("claim").delete();
        claim("ReadWriteMany");
        settle();
        assertThat(archives()).containsExactly("a-1");
        assertThat(pods("a-").getFirst().getSpec().getContainers().getFirst().getArgs())
                .contains("--archive-repository=file:///store/a");
    }

    @Test
    void membersAreLetInForTheStoresAccountWhereItHasNoKeys() {
        create(EtcdBackupStore.class, "metadata: {name: g}\nspec: {gcs: {bucket: backups}}");
        cluster("a", 1, "archive: {storeRef: {name: g}}");
        settle();
        assertThat(pods("a-").getFirst().getSpec().getServiceAccountName()).isEqualTo("g-store");
    }

    @Test
    void whatCanBeRecoveredIsSaidAndCountedAndMovesInSteps() {
        running();
        assertThat(healthy()).startsWith("Unknown Surveying");

        summary = summary(1, false, "", "");
        later(130);
        assertThat(healthy()).startsWith("False BackupMissing").contains("make an EtcdBackup to store s");
        assertThat(events()).anyMatch(event -> event.startsWith("Warning BackupMissing"));

        String from = now.minusSeconds(100).toString();
        String to = now.toString();
        summary = summary(1, true, from, to);
        create(
                EtcdBackup.class,
                "metadata: {name: first}\nspec: {clusterRef: {name: a}, storeRef: {name: s}, verification: None}");
        later(130);
        assertThat(healthy()).startsWith("True UpToDate");
        assertThat(events()).anyMatch(event -> event.startsWith("Normal UpToDate"));
        EtcdClusterStatus.BackupSummary backup =
                Objects.requireNonNull(status("a").backup());
        assertThat(backup.firstRecoverableTime()).isEqualTo(from);
        assertThat(backup.latestRecoverableTime()).isEqualTo(to);
        assertThat(backup.latestRecoverableRevision()).isEqualTo("42");
        assertThat(backup.lastBackup()).isEqualTo("first");
        EtcdBackupStoreStatus.Window window =
                get(EtcdBackupStore.class, "s").getStatus().recoveryWindow().getFirst();
        assertThat(window.path()).isEqualTo("a");
        assertThat(window.fullBackups()).isEqualTo(3);
        assertThat(window.archiveLine()).isEqualTo("00000000000000aa");

        int writes = 0;
        String version = version();
        for (int i = 0; i < 60; i++) {
            now = now.plusSeconds(20);
            cloud.archived = new ArchiveNumbers(true, true, 3, 100 + i, 1, seconds(now) - 3);
            clusterPass("a");
            writes += version().equals(version) ? 0 : 1;
            version = version();
        }
        assertThat(writes).as("writes in 20 minutes").isBetween(3, 4);
        assertThat(gauge("etcd_operator_recoverable_until_timestamp")).isEqualTo(seconds(now) - 3);
        assertThat(gauge("etcd_operator_archive_lag_seconds")).isEqualTo(3);
        assertThat(gauge("etcd_operator_backup_last_success_timestamp"))
                .isEqualTo(seconds(Instant.parse(Objects.requireNonNull(backup.lastSuccessfulTime()))));

        client.resources(EtcdCluster.class).inNamespace(NAMESPACE).withName("a").delete();
        var _ = pass.run(NAMESPACE, "a");
        assertThat(gauge("etcd_operator_archive_lag_seconds")).isNull();
    }

    @Test
    void lagAndGapsAreSaidAndAnotherBackupMendsThem() {
        running();
        summary = summary(1, true, now.toString(), now.toString());
        later(130);
        assertThat(healthy()).startsWith("True UpToDate");

        cloud.archived = new ArchiveNumbers(true, true, 61, 42, 1, 0);
        clusterPass("a");
        assertThat(healthy()).startsWith("False Lagging");
        String said = version();
        cloud.archived = new ArchiveNumbers(true, true, 95, 42, 1, 0);
        clusterPass("a");
        assertThat(version()).as("a lag that grows isn't news").isEqualTo(said);

        cloud.archived = new ArchiveNumbers(true, true, 0, 200, 150, 0);
        clusterPass("a");
        assertThat(healthy()).startsWith("False Gap").contains("behind revision 150");
        String until = recoverableUntil();

        summary = summary(150, false, now.toString(), now.toString());
        later(130);
        assertThat(healthy()).startsWith("False Gap");
        assertThat(recoverableUntil()).isEqualTo(until);

        summary = summary(150, true, now.toString(), now.toString());
        create(
                EtcdBackup.class,
                "metadata: {name: mends}\nspec: {clusterRef: {name: a}, storeRef: {name: s}, verification: None}");
        later(130);
        assertThat(healthy()).startsWith("True UpToDate");
    }

    /** What was found before there was this cluster is of one that had its name. */
    @Test
    void aClusterOfTheSameNameIsLookedAtAnew() {
        running();
        summary = summary(1, true, now.toString(), now.toString());
        later(130);
        assertThat(healthy()).startsWith("True UpToDate");

        EtcdBackupStore store = get(EtcdBackupStore.class, "s");
        EtcdBackupStoreStatus status = store.getStatus();
        EtcdBackupStoreStatus.Window found = status.recoveryWindow().getFirst();
        store.setStatus(new EtcdBackupStoreStatus(
                1L,
                status.probed(),
                status.probeTime(),
                List.of(new EtcdBackupStoreStatus.Window(
                        "a",
                        found.firstTime(),
                        found.latestTime(),
                        found.firstRevision(),
                        found.latestRevision(),
                        found.archiveLine(),
                        found.sinceRevision(),
                        true,
                        3,
                        "2020-01-01T00:00:00Z")),
                status.conditions()));
        var _ = client.resource(store).updateStatus();
        summary = summary(1, false, now.toString(), now.toString());
        clusterPass("a");
        assertThat(healthy()).startsWith("Unknown Surveying");
        settle();
        assertThat(healthy()).startsWith("False Gap");
    }

    /** A new leader hasn't said anything yet, and nothing is known to be wrong. */
    @Test
    void whatWasFoundStaysWhileNobodyShips() {
        running();
        summary = summary(1, true, now.toString(), now.toString());
        later(130);
        String said = version();

        cloud.archived = new ArchiveNumbers(true, false, 0, 0, 0, 0);
        clusterPass("a");
        assertThat(healthy()).startsWith("True UpToDate");
        assertThat(version()).isEqualTo(said);
    }

    @Test
    void aScheduleWhoseTimeHasPassedTwiceIsOverdue() {
        s3("s", "");
        secret("keys", Map.of("AWS_ACCESS_KEY_ID", "x", "AWS_SECRET_ACCESS_KEY", "y"));
        cluster("a", 1, "");
        create(EtcdBackupSchedule.class, """
                metadata: {name: hourly, creationTimestamp: "%s"}
                spec:
                  schedule: "0 * * * *"
                  concurrencyPolicy: Forbid
                  backupTemplate: {spec: {clusterRef: {name: a}, storeRef: {name: s}, timeoutSeconds: 600}}
                """.formatted(now));
        settle();
        assertThat(gauge("etcd_operator_backup_last_success_timestamp")).isZero();
        Double overdue = gauge("etcd_operator_backup_overdue_timestamp");
        Instant second = now.truncatedTo(ChronoUnit.HOURS).plus(2, ChronoUnit.HOURS);
        assertThat(overdue).isEqualTo(seconds(second.plusSeconds(600)));
        assertThat(text(status("a").conditions(), "BackupHealthy")).startsWith("Unknown NoBackupYet");

        now = second.plusSeconds(700);
        clusterPass("a");
        assertThat(text(status("a").conditions(), "BackupHealthy")).startsWith("False NeverSucceeded");
    }

    @Test
    void aDrillThatFailsIsSeen() {
        cluster("a", 1, "");
        create(EtcdBackup.class, """
                metadata: {name: bad}
                spec: {clusterRef: {name: a}, storeRef: {name: s}}
                status:
                  completionTime: "2026-01-01T00:00:00Z"
                  verification: {time: "2026-01-01T00:01:00Z"}
                  conditions:
                    - {type: Succeeded, status: "True", reason: Stored, message: ""}
                    - {type: Verified, status: "False", reason: DrillFailed, message: ""}
                """);
        clusterPass("a");
        assertThat(gauge("etcd_operator_backup_drill_failed")).isEqualTo(1);
        create(EtcdBackup.class, """
                metadata: {name: good}
                spec: {clusterRef: {name: a}, storeRef: {name: s}}
                status:
                  completionTime: "2026-01-02T00:00:00Z"
                  verification: {time: "2026-01-02T00:01:00Z"}
                  conditions:
                    - {type: Succeeded, status: "True", reason: Stored, message: ""}
                    - {type: Verified, status: "True", reason: RestoreDrillPassed, message: ""}
                """);
        clusterPass("a");
        assertThat(gauge("etcd_operator_backup_drill_failed")).isZero();
        assertThat(gauge("etcd_operator_backup_last_verified_timestamp"))
                .isEqualTo(seconds(Instant.parse("2026-01-02T00:01:00Z")));
    }

    @Test
    void momentThatNothingReachesIsSaidAndTriedAgainNowAndThen() {
        s3("s", "");
        secret("keys", Map.of("AWS_ACCESS_KEY_ID", "x", "AWS_SECRET_ACCESS_KEY", "y"));
        settle();
        jobs.commands.clear();
        jobs.tool = _ -> new FakeJobs.Outcome(1, FAR);
        cluster("b", 1, "bootstrap: {archive: {storeRef: {name: s}, path: old, target: {revision: \"99\"}}}");
        settle();
        later(400);
        assertThat(jobs.commands)
                .hasSize(1)
                .first()
                .asString()
                .startsWith("backup restore --to-revision=99 --data-dir");
        assertThat(text(status("b").conditions(), "Ready"))
                .startsWith("False TargetOutOfReach")
                .contains("What can: revisions 5 to 42", "delete cluster b");
        assertThat(events()).anyMatch(event -> event.startsWith("Warning TargetOutOfReach"));
        assertThat(pods("b-")).isEmpty();

        jobs.tool = _ -> new FakeJobs.Outcome(0, "{\"exitCode\":0,\"result\":{\"revision\":99}}");
        later(300);
        assertThat(jobs.commands).hasSize(2);
        assertThat(pods("b-")).hasSize(1);
    }

    @Test
    void allThatThereIsNeedsNoTarget() {
        s3("s", "");
        secret("keys", Map.of("AWS_ACCESS_KEY_ID", "x", "AWS_SECRET_ACCESS_KEY", "y"));
        cluster("b", 1, "bootstrap: {archive: {storeRef: {name: s}, path: old}}");
        settle();
        assertThat(jobs.commands)
                .anyMatch(command -> command.startsWith("backup restore latest --to-latest --if-archived --data-dir"));
    }

    @Test
    void inPlaceAMomentIsReadBeforeAnythingIsTouched() {
        running();
        var tool = jobs.tool;
        jobs.commands.clear();
        jobs.tool = arguments -> arguments.contains("verify") ? new FakeJobs.Outcome(1, FAR) : tool.apply(arguments);
        restore("far", "pointInTime: {storeRef: {name: s}, target: {revision: \"99\"}}");
        settle();
        assertThat(text(get(EtcdRestore.class, "far").getStatus().conditions(), "Succeeded"))
                .startsWith("False TargetOutOfReach nothing was changed")
                .contains("What can: revisions 5 to 42");
        assertThat(status("a").incarnation()).isEqualTo(1);
        assertThat(jobs.commands).noneMatch(command -> command.contains("backup create"));

        jobs.tool = tool;
        jobs.commands.clear();
        restore("near", "pointInTime: {storeRef: {name: s}, target: {revision: \"40\", line: 00000000000000aa}}");
        settle();
        assertThat(text(get(EtcdRestore.class, "near").getStatus().conditions(), "Succeeded"))
                .startsWith("True Completed");
        assertThat(jobs.commands.stream().filter(command -> !command.startsWith("archive")))
                .satisfiesExactly(
                        check -> assertThat(check)
                                .startsWith("backup verify --to-revision=40 --line=00000000000000aa --mode=checksum"),
                        safety -> assertThat(safety).startsWith("backup create"),
                        restored -> assertThat(restored)
                                .startsWith("backup restore --to-revision=40 --line=00000000000000aa --data-dir"));
        assertThat(get(EtcdRestore.class, "near").getStatus().restoredRevision())
                .isEqualTo("40");

        restore("all", "pointInTime: {storeRef: {name: s}}\nsafetyBackup: Skip");
        settle();
        assertThat(jobs.commands)
                .anyMatch(command -> command.startsWith("backup verify latest --mode=checksum"))
                .anyMatch(command -> command.startsWith("backup restore latest --to-latest --if-archived"));
    }

    @Test
    void whatIsSaidTwiceIsRefused() {
        cluster(
                "a",
                1,
                "archive: {storeRef: {name: s}}\n  extraArgs: [{name: archive-repository, value: \"file:///x\"}]");
        settle();
        assertThat(text(status("a").conditions(), "Ready"))
                .startsWith("False InvalidSpec")
                .contains("archive-repository");
    }

    /** A cluster of one whose member archives to a bucket, at rest. */
    private void running() {
        running(1);
    }

    private void running(int members) {
        secret("keys", Map.of("AWS_ACCESS_KEY_ID", "x", "AWS_SECRET_ACCESS_KEY", "y"));
        s3("s", "");
        cluster("a", members, "archive: {storeRef: {name: s}, flushIntervalSeconds: 5, maxLagSeconds: 60}");
        settle();
        assertThat(archives()).hasSize(members);
    }

    /** Until nobody wants to go on at once. */
    private void settle() {
        for (int quiet = 0, i = 0; quiet < 5 && i < 300; i++) {
            Means means = new Means(client, () -> now, "mainstay/node", "0.1.0", new SimpleMeterRegistry());
            List<Duration> again = new ArrayList<>();
            for (String name : names(EtcdBackupStore.class)) {
                again.add(new StorePass(means).run(NAMESPACE, name));
                again.add(new SurveyPass(means).run(NAMESPACE, name));
            }
            names(EtcdBackup.class).forEach(name -> again.add(new BackupPass(means).run(NAMESPACE, name)));
            names(EtcdBackupSchedule.class).forEach(name -> again.add(new SchedulePass(means).run(NAMESPACE, name)));
            names(EtcdRestore.class).forEach(name -> again.add(new RestorePass(means).run(NAMESPACE, name)));
            names(EtcdCluster.class).forEach(name -> again.add(clusterPass(name)));
            cloud.step();
            jobs.step();
            now = now.plusSeconds(2);
            quiet = again.contains(Again.AT_ONCE) ? 0 : quiet + 1;
        }
    }

    private void later(long seconds) {
        now = now.plusSeconds(seconds);
        settle();
    }

    private Duration clusterPass(String name) {
        try {
            Optional<Decision> decision = pass.run(NAMESPACE, name);
            Action action = decision.orElseThrow().action();
            return action instanceof Action.Idle || action instanceof Action.Wait ? Again.AT_REST : Again.AT_ONCE;
        } catch (KubernetesClientException e) {
            assertThat(e.getCode()).as(e.getMessage()).isEqualTo(409);
            return Again.AT_ONCE;
        }
    }

    private <T extends HasMetadata> void create(Class<T> type, String yaml) {
        T object = Serialization.unmarshal(yaml, type);
        object.getMetadata().setNamespace(NAMESPACE);
        object.getMetadata().setGeneration(1L);
        var _ = client.resource(object).create();
    }

    private void s3(String name, String more) {
        create(EtcdBackupStore.class, """
                metadata: {name: %s}
                spec:
                  s3: {bucket: b, prefix: p, endpoint: "http://s3:9000", addressing: Path, credentialsSecretRef: {name: keys}}
                  %s
                """.formatted(name, more));
    }

    private void secret(String name, Map<String, String> data) {
        var _ = client.resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace(NAMESPACE)
                        .endMetadata()
                        .withData(data)
                        .build())
                .createOr(existing -> existing.update());
    }

    private void claim(String mode) {
        var _ = client.resource(new PersistentVolumeClaimBuilder()
                        .withNewMetadata()
                        .withName("claim")
                        .withNamespace(NAMESPACE)
                        .endMetadata()
                        .withNewSpec()
                        .withAccessModes(mode)
                        .endSpec()
                        .build())
                .create();
    }

    private void cluster(String name, int replicas, String more) {
        create(EtcdCluster.class, """
                metadata: {name: %s}
                spec:
                  replicas: %d
                  version: 1.4.2
                  storage: {size: 1Gi}
                  tls: {mode: Disabled}
                  updateStrategy: {readySeconds: 1}
                  %s
                """.formatted(name, replicas, more));
    }

    private void archive(String store) {
        spec("archive", Map.of("storeRef", Map.of("name", store), "flushIntervalSeconds", 5));
    }

    private void archiveOff() {
        spec("archive", null);
    }

    private void spec(String field, @Nullable Object value) {
        var _ = client.genericKubernetesResources(ResourceDefinitionContext.fromResourceType(EtcdCluster.class))
                .inNamespace(NAMESPACE)
                .withName("a")
                .edit(resource -> {
                    @SuppressWarnings("unchecked")
                    Map<String, Object> spec = (Map<String, Object>) Objects.requireNonNull(
                            resource.getAdditionalProperties().get("spec"));
                    if (value == null) {
                        spec.remove(field);
                    } else {
                        spec.put(field, value);
                    }
                    return resource;
                });
    }

    private void restore(String name, String source) {
        int line = source.indexOf('\n');
        create(
                EtcdRestore.class,
                "metadata: {name: " + name + "}\nspec:\n  clusterRef: {name: a}\n  confirm: a\n  source: {"
                        + (line < 0 ? source : source.substring(0, line)) + "}\n"
                        + (line < 0 ? "" : "  " + source.substring(line + 1)));
    }

    private <T extends HasMetadata> List<String> names(Class<T> type) {
        return client.resources(type).inNamespace(NAMESPACE).list().getItems().stream()
                .map(object -> object.getMetadata().getName())
                .sorted()
                .toList();
    }

    private List<Pod> pods(String prefix) {
        return client.pods().inNamespace(NAMESPACE).list().getItems().stream()
                .filter(pod -> pod.getMetadata().getName().matches(prefix + "[0-9]+"))
                .toList();
    }

    private Map<String, String> podIdentities() {
        Map<String, String> identities = new TreeMap<>();
        pods("a-")
                .forEach(pod -> identities.put(
                        pod.getMetadata().getName(), pod.getMetadata().getUid()));
        return identities;
    }

    /** Members that are told to archive. */
    private List<String> archives() {
        return pods("a-").stream()
                .filter(pod -> pod.getSpec().getContainers().getFirst().getArgs().stream()
                        .anyMatch(flag -> flag.startsWith("--archive-repository=")))
                .map(pod -> pod.getMetadata().getName())
                .sorted()
                .toList();
    }

    private <T extends HasMetadata> T get(Class<T> type, String name) {
        return client.resources(type).inNamespace(NAMESPACE).withName(name).get();
    }

    private EtcdClusterStatus status(String name) {
        return get(EtcdCluster.class, name).getStatus();
    }

    private @Nullable String recoverableUntil() {
        return Objects.requireNonNull(status("a").backup()).latestRecoverableTime();
    }

    private static double seconds(Instant time) {
        return (double) time.getEpochSecond();
    }

    private String version() {
        return get(EtcdCluster.class, "a").getMetadata().getResourceVersion();
    }

    private String healthy() {
        return text(status("a").conditions(), "ArchiveHealthy");
    }

    private @Nullable Double gauge(String name) {
        Gauge gauge =
                meters.find(name).tags("namespace", NAMESPACE, "cluster", "a").gauge();
        return gauge == null ? null : gauge.value();
    }

    private List<String> events() {
        return client.v1().events().inNamespace(NAMESPACE).list().getItems().stream()
                .map(event -> event.getType() + " " + event.getReason() + ": " + event.getMessage())
                .toList();
    }

    private static String text(List<Condition> conditions, String type) {
        return conditions.stream()
                .filter(condition -> condition.getType().equals(type))
                .map(condition -> condition.getStatus() + " " + condition.getReason() + " " + condition.getMessage())
                .findFirst()
                .orElse("");
    }
}
