package dev.mainstay.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Backups to a volume, now and by the clock; a new cluster that begins with one, and a cluster that is brought back to it. */
@OnKubernetes
@Tag("slow")
final class BackupE2E {
    @RegisterExtension
    private static final Clusters CLUSTERS = new Clusters("e2e-backup");

    private final OperatedCluster cluster = CLUSTERS.cluster("saved");
    private final Kubectl kubectl = cluster.kubectl();

    @Test
    void whatWasSavedComesBackInAnotherClusterAndInTheSame() {
        cluster.settle(3);
        store();

        try (JudgePod judge = JudgePod.start(cluster, "")) {
            backup("under-load");
            judge.awaitMore();
            judge.stop("a backup is taken");
            String contents = judge.contents();
            assertThat(contents).doesNotContain("keys=0 ");

            String scheduled = byTheClock();
            newCluster(scheduled, contents);
            inPlace(scheduled, contents, judge);
        }
        cluster.delete();
    }

    private void store() {
        VolumeStore.make(kubectl);
        awaitTrue("etcdbackupstore/volume", "Ready");
    }

    /** Proven by restoring it. */
    private void backup(String name) {
        long start = System.nanoTime();
        kubectl.apply("""
                apiVersion: mainstay.dev/v1alpha1
                kind: EtcdBackup
                metadata: {name: %s}
                spec: {clusterRef: {name: saved}, storeRef: {name: volume}, verification: Restore}
                """.formatted(name));
        awaitTrue("etcdbackup/" + name, "Succeeded");
        measure("a backup", start);
        awaitTrue("etcdbackup/" + name, "Verified");
        measure("the same, and restored for proof", start);
    }

    /** The first backup that a schedule takes from now on. */
    private String byTheClock() {
        kubectl.apply("""
                apiVersion: mainstay.dev/v1alpha1
                kind: EtcdBackupSchedule
                metadata: {name: minutely}
                spec:
                  schedule: "* * * * *"
                  backupTemplate: {spec: {clusterRef: {name: saved}, storeRef: {name: volume}}}
                """);
        Await.until("backup of the schedule", () -> !scheduled().isEmpty(), this::describe);
        kubectl.out("patch", "etcdbackupschedule", "minutely", "--type=merge", "--patch={\"spec\":{\"suspend\":true}}");
        String first = scheduled().getFirst();
        awaitTrue("etcdbackup/" + first, "Succeeded");
        awaitTrue("etcdbackup/" + first, "Verified");
        assertThat(kubectl.get(
                        "etcdbackupschedule/minutely", "{.status.conditions[?(@.type==\"BackupHealthy\")].status}"))
                .isEqualTo("True");
        return first;
    }

    private List<String> scheduled() {
        return kubectl.list("etcdbackups", "mainstay.dev/schedule=minutely", "{.metadata.name}");
    }

    private void newCluster(String backup, String contents) {
        OperatedCluster copy =
                CLUSTERS.cluster("copied").with("bootstrap", "{backup: {backupRef: {name: " + backup + "}}}");
        Measured.line("three members that begin with a backup: " + copy.settle(3) + " s");
        try (JudgePod beside = JudgePod.silent(copy, "")) {
            assertThat(beside.contents()).isEqualTo(contents);
        }
        try (JudgePod judge = JudgePod.start(copy, "")) {
            judge.awaitMore();
            judge.stop("a cluster that began with a backup");
        }
        assertThat(copy.get("{.status.clusterID}")).isNotEqualTo(cluster.get("{.status.clusterID}"));
        copy.delete();
    }

    private void inPlace(String backup, String contents, JudgePod beside) {
        try (JudgePod later = JudgePod.start(cluster, "")) {
            later.awaitMore();
            later.stop("what a restore throws away");
        }
        assertThat(beside.contents()).isNotEqualTo(contents);
        String id = cluster.get("{.status.clusterID}");

        long start = System.nanoTime();
        kubectl.apply("""
                apiVersion: mainstay.dev/v1alpha1
                kind: EtcdRestore
                metadata: {name: undo}
                spec: {clusterRef: {name: saved}, confirm: saved, source: {backupRef: {name: %s}}}
                """.formatted(backup));
        awaitTrue("etcdrestore/undo", "Succeeded");
        cluster.awaitSettled(3);
        measure("three members brought back to a backup, after one of what they held", start);

        assertThat(beside.contents()).isEqualTo(contents);
        assertThat(cluster.get("{.status.clusterID}")).isNotEqualTo(id);
        try (JudgePod judge = JudgePod.start(cluster, "")) {
            judge.awaitMore();
            judge.stop("a cluster that was brought back");
        }
    }

    private void awaitTrue(String object, String condition) {
        Await.until(
                object + " " + condition,
                () -> {
                    String status =
                            kubectl.get(object, "{.status.conditions[?(@.type==\"" + condition + "\")].status}");
                    assertThat(status).as(this::describe).isNotEqualTo("False");
                    return status.equals("True");
                },
                this::describe);
    }

    private String describe() {
        return kubectl.run(
                                new byte[0],
                                "get",
                                "etcdbackupstores,etcdbackups,etcdbackupschedules,etcdrestores,jobs",
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
