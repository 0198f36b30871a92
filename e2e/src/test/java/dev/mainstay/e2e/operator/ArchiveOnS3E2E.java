package dev.mainstay.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Backups and an archive on an S3 server, switched on while clients write; a new cluster that begins with a moment between backups, a cluster that
 * is brought back to one, and moments that nothing reaches.
 */
@OnKubernetes
@Tag("slow")
final class ArchiveOnS3E2E {
    @RegisterExtension
    private static final Clusters CLUSTERS = new Clusters("e2e-archive");

    @TempDir
    private Path directory;

    private final OperatedCluster cluster = CLUSTERS.cluster("archived");
    private final Kubectl kubectl = cluster.kubectl();

    @Test
    void anyRevisionComesBackInAnotherClusterAndInTheSame() {
        try (S3Program s3 = S3Program.start(directory)) {
            cluster.settle(3);
            withoutAStoreNobodyIsTouched();
            store(s3);
            switchedOn();
            backUp("first");
            cluster.awaitReason("ArchiveHealthy", "UpToDate");

            long revision;
            String contents;
            try (JudgePod judge = JudgePod.start(cluster, "")) {
                judge.awaitMore();
                revision = judge.revision();
                contents = judge.contents(revision);
                judge.awaitMore();
                judge.stop("the archive is written");
                assertThat(judge.contents()).isNotEqualTo(contents);
                awaitArchived(judge.revision());
            }
            assertThat(contents).doesNotContain("keys=0 ");
            assertThat(Long.parseLong(kubectl.get("etcdbackup/first", "{.status.artifact.revision}")))
                    .as("the moment lies behind the backup")
                    .isLessThan(revision);

            outOfReach(revision);
            newCluster(revision, contents);
            inPlace(revision, contents);
            cluster.delete();
        }
    }

    private void withoutAStoreNobodyIsTouched() {
        var pods = cluster.podIdentities();
        cluster.with("archive", "{storeRef: {name: s3}, flushIntervalSeconds: 2, maxLagSeconds: 120}")
                .apply();
        cluster.awaitReason("ArchiveHealthy", "StoreMissing");
        assertThat(cluster.podIdentities()).isEqualTo(pods);
    }

    /** With keys and encryption, as people would. */
    private void store(S3Program s3) {
        kubectl.apply("""
                apiVersion: v1
                kind: Secret
                metadata: {name: backup-keys}
                stringData: {AWS_ACCESS_KEY_ID: an-id, AWS_SECRET_ACCESS_KEY: a-secret}
                ---
                apiVersion: v1
                kind: Secret
                metadata: {name: backup-encryption}
                stringData: {"2027": "0123456789abcdef0123456789abcdef"}
                ---
                apiVersion: mainstay.dev/v1alpha1
                kind: EtcdBackupStore
                metadata: {name: s3}
                spec:
                  s3:
                    bucket: %s
                    prefix: team
                    region: eu-central-1
                    endpoint: %s
                    addressing: Path
                    credentialsSecretRef: {name: backup-keys}
                  clientSideEncryption: {keySecretRef: {name: backup-encryption}}
                """.formatted(S3Program.BUCKET, s3.url()));
        awaitTrue("etcdbackupstore/s3", "Ready");
    }

    /** Clients write while members are told one after the other. */
    private void switchedOn() {
        try (JudgePod judge = JudgePod.start(cluster, "")) {
            long start = System.nanoTime();
            Await.until("members that archive", this::allArchive, this::describe);
            cluster.awaitSettled(3);
            measure("three members are told to archive", start);
            judge.awaitMore();
            judge.stop("the archive is switched on");
        }
    }

    private boolean allArchive() {
        return kubectl
                        .list(
                                "pods",
                                "mainstay.dev/cluster=archived",
                                "{.metadata.annotations.mainstay\\.dev/archive-hash}")
                        .stream()
                        .filter(hash -> !hash.isEmpty())
                        .count()
                == 3;
    }

    private void backUp(String name) {
        kubectl.apply("""
                apiVersion: mainstay.dev/v1alpha1
                kind: EtcdBackup
                metadata: {name: %s}
                spec: {clusterRef: {name: archived}, storeRef: {name: s3}}
                """.formatted(name));
        awaitTrue("etcdbackup/" + name, "Succeeded");
    }

    /** By the metrics of the member that ships, as the status moves in steps. */
    private void awaitArchived(long revision) {
        Await.until("archived revision " + revision, () -> archived() >= revision, this::describe);
    }

    private double archived() {
        String leader = cluster.leader();
        return leader.isEmpty()
                ? 0
                : kubectl.run(
                                new byte[0],
                                "get",
                                "--raw",
                                "/api/v1/namespaces/" + cluster.namespace() + "/pods/" + leader + ":2381/proxy/metrics")
                        .out()
                        .lines()
                        .filter(line -> line.startsWith("mainstay_archive_revision "))
                        .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' ') + 1)))
                        .findFirst()
                        .orElse(0);
    }

    /** Both a new cluster and one that is to be brought back say so, and nothing is touched. */
    private void outOfReach(long revision) {
        OperatedCluster impossible = CLUSTERS.cluster("impossible").with("bootstrap", archiveAt(revision * 1000));
        impossible.apply();
        impossible.awaitReason("Ready", "TargetOutOfReach");
        assertThat(impossible.condition("Ready", "message"))
                .contains("What can: revisions", "delete cluster impossible");
        assertThat(impossible.pods()).isEmpty();
        impossible.delete();

        var pods = cluster.podIdentities();
        restore("too-far", revision * 1000);
        Await.until(
                "end of a restore that can't be",
                () -> succeeded("too-far", "reason").equals("TargetOutOfReach"),
                this::describe);
        assertThat(succeeded("too-far", "status")).isEqualTo("False");
        assertThat(succeeded("too-far", "message")).contains("What can: revisions");
        assertThat(cluster.podIdentities()).isEqualTo(pods);
    }

    private String archiveAt(long revision) {
        return "{archive: {storeRef: {name: s3}, path: archived, target: {revision: \"" + revision + "\"}}}";
    }

    private void newCluster(long revision, String contents) {
        OperatedCluster copy = CLUSTERS.cluster("second").with("bootstrap", archiveAt(revision));
        Measured.line("three members that begin with a revision between backups: " + copy.settle(3) + " s");
        try (JudgePod beside = JudgePod.silent(copy, "")) {
            assertThat(beside.revision()).isEqualTo(revision);
            assertThat(beside.contents()).isEqualTo(contents);
        }
        copy.delete();
    }

    private void inPlace(long revision, String contents) {
        String id = cluster.get("{.status.clusterID}");
        long start = System.nanoTime();
        restore("undo", revision);
        awaitTrue("etcdrestore/undo", "Succeeded");
        cluster.awaitSettled(3);
        measure("three members brought back to a revision between backups", start);
        assertThat(kubectl.get("etcdrestore/undo", "{.status.restoredRevision}"))
                .isEqualTo(Long.toString(revision));
        assertThat(cluster.get("{.status.clusterID}")).isNotEqualTo(id);
        try (JudgePod beside = JudgePod.silent(cluster, "")) {
            assertThat(beside.contents()).isEqualTo(contents);
        }

        // The archive goes on as another line, which nothing can be restored of before it has a backup.
        try (JudgePod judge = JudgePod.start(cluster, "")) {
            cluster.awaitReason("ArchiveHealthy", "Gap");
            backUp("second");
            cluster.awaitReason("ArchiveHealthy", "UpToDate");
            judge.awaitMore();
            judge.stop("a cluster that was brought back archives again");
        }
        assertThat(Map.of(
                        "first", cluster.get("{.status.backup.firstRecoverableTime}"),
                        "latest", cluster.get("{.status.backup.latestRecoverableTime}"),
                        "revision", cluster.get("{.status.backup.latestRecoverableRevision}"),
                        "backup", cluster.get("{.status.backup.lastBackup}")))
                .doesNotContainValue("")
                .containsEntry("backup", "second");
    }

    private void restore(String name, long revision) {
        kubectl.apply("""
                apiVersion: mainstay.dev/v1alpha1
                kind: EtcdRestore
                metadata: {name: %s}
                spec:
                  clusterRef: {name: archived}
                  confirm: archived
                  source: {pointInTime: {storeRef: {name: s3}, target: {revision: "%d"}}}
                """.formatted(name, revision));
    }

    private String succeeded(String restore, String field) {
        return kubectl.get("etcdrestore/" + restore, "{.status.conditions[?(@.type==\"Succeeded\")]." + field + "}");
    }

    private void awaitTrue(String object, String condition) {
        Await.until(
                object + " " + condition,
                () -> kubectl.get(object, "{.status.conditions[?(@.type==\"" + condition + "\")].status}")
                        .equals("True"),
                this::describe);
    }

    private String describe() {
        return kubectl.run(
                                new byte[0],
                                "get",
                                "etcdbackupstores,etcdbackups,etcdrestores,jobs",
                                "-o",
                                "yaml",
                                "--show-managed-fields=false")
                        .out()
                + cluster.describe();
    }

    private static void measure(String what, long start) {
        Measured.line(what + ": " + Math.round((System.nanoTime() - start) / 1e8) / 10.0 + " s");
    }
}
