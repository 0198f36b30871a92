package dev.mainstay.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Backups that aren't what they were, and stores that let nobody in. */
@OnKubernetes
@Tag("slow")
final class BackupFaultsE2E {
    @RegisterExtension
    private static final Clusters CLUSTERS = new Clusters("e2e-backup-faults");

    private final OperatedCluster cluster = CLUSTERS.cluster("spoiled").with("replicas", "1");
    private final Kubectl kubectl = cluster.kubectl();

    @Test
    void aDrillFindsAFlippedBit() {
        cluster.settle(1);
        VolumeStore.make(kubectl);
        awaitReason("etcdbackupstore/volume", "Ready", "Reachable");
        try (JudgePod judge = JudgePod.start(cluster, "")) {
            judge.awaitMore();
            drills();
            backUp("first");
            awaitReason("etcdbackupschedule/drills", "Proven", "RestoreDrillPassed");
            String proven = kubectl.get("etcdbackupschedule/drills", "{.status.lastVerifiedTime}");
            assertThat(proven).isNotEmpty();

            try (ToolPod tool = ToolPod.start(cluster, "tampering", new ToolPod.Mounts("", "backups"), "")) {
                Measured.line("flipped a bit of " + tool.program("Tampering bit /data/etcd .sst"));
            }
            awaitReason("etcdbackupschedule/drills", "Proven", "DrillFailed");
            cluster.awaitReason("BackupHealthy", "DrillFailed");

            backUp("second");
            awaitReason("etcdbackupschedule/drills", "Proven", "RestoreDrillPassed");
            cluster.awaitReason("BackupHealthy", "RecentBackup");
            judge.stop("a backup is spoiled, found, and followed by another");
        }
        cluster.delete();
    }

    /** Proves the newest backup every minute, and takes none itself. */
    private void drills() {
        kubectl.apply("""
                apiVersion: mainstay.dev/v1alpha1
                kind: EtcdBackupSchedule
                metadata: {name: drills}
                spec:
                  schedule: "0 0 1 1 *"
                  verification: {schedule: "* * * * *"}
                  backupTemplate: {spec: {clusterRef: {name: spoiled}, storeRef: {name: volume}}}
                """);
    }

    private void backUp(String name) {
        kubectl.apply("""
                apiVersion: mainstay.dev/v1alpha1
                kind: EtcdBackup
                metadata: {name: %s}
                spec: {clusterRef: {name: spoiled}, storeRef: {name: volume}}
                """.formatted(name));
        awaitReason("etcdbackup/" + name, "Verified", "ChecksumOnly");
    }

    @Test
    void wrongCredentialsAreTold() {
        String host = S3Program.address();
        Assumptions.assumeTrue(
                !host.isEmpty(), "left out: pods can't reach this machine, or E2E_HOST_ADDRESS doesn't say where");
        HttpServer stranger = refusing(host);
        try {
            kubectl.apply("""
                    apiVersion: v1
                    kind: Secret
                    metadata: {name: wrong-keys}
                    stringData: {AWS_ACCESS_KEY_ID: nobodys, AWS_SECRET_ACCESS_KEY: wrong}
                    ---
                    apiVersion: mainstay.dev/v1alpha1
                    kind: EtcdBackupStore
                    metadata: {name: closed}
                    spec:
                      s3:
                        bucket: backups
                        region: eu-central-1
                        endpoint: http://%s:%d
                        addressing: Path
                        credentialsSecretRef: {name: wrong-keys}
                    """.formatted(host, stranger.getAddress().getPort()));
            awaitReason("etcdbackupstore/closed", "Ready", "CredentialsInvalid");
            assertThat(kubectl.get("etcdbackupstore/closed", "{.status.conditions[?(@.type==\"Ready\")].message}"))
                    .isNotEmpty()
                    .doesNotContain("wrong\"");
        } finally {
            stranger.stop(0);
        }
    }

    /** Answers as S3 does to those whose key it doesn't know. */
    private static HttpServer refusing(String host) {
        byte[] body =
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>InvalidAccessKeyId</Code><Message>The AWS Access Key Id you provided does not exist in our records.</Message></Error>"
                        .getBytes(StandardCharsets.UTF_8);
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(host, 0), 0);
            server.createContext("/", exchange -> {
                try (exchange) {
                    exchange.getRequestBody().readAllBytes();
                    exchange.getResponseHeaders().set("Content-Type", "application/xml");
                    exchange.sendResponseHeaders(403, body.length);
                    exchange.getResponseBody().write(body);
                }
            });
            server.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitReason(String object, String condition, String reason) {
        Await.until(
                object + " " + condition + "=" + reason,
                () -> kubectl.get(object, "{.status.conditions[?(@.type==\"" + condition + "\")].reason}")
                        .equals(reason),
                () -> kubectl.out("get", "etcdbackupstores,etcdbackups,etcdbackupschedules,jobs", "-o", "yaml")
                        + cluster.describe());
    }
}
