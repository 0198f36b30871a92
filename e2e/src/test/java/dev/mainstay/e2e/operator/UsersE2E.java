package dev.mainstay.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.e2e.server.OpenSsl;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Callers are asked who they are from some moment on, while one of them writes: those who may, go on, and others are refused. */
@OnKubernetes
@Tag("slow")
final class UsersE2E {
    private static final String BY_CERTIFICATE = "- -";
    private static final String OBJECTS = """
            apiVersion: mainstay.dev/v1alpha1
            kind: EtcdRole
            metadata: {name: judges}
            spec: {clusterRef: {name: asked}, permissions: [{access: ReadWrite, prefix: judge/}]}
            ---
            apiVersion: mainstay.dev/v1alpha1
            kind: EtcdRole
            metadata: {name: writers}
            spec: {clusterRef: {name: asked}, permissions: [{access: ReadWrite, prefix: app/}]}
            ---
            apiVersion: mainstay.dev/v1alpha1
            kind: EtcdUser
            metadata: {name: client}
            spec: {clusterRef: {name: asked}, userName: client, roles: [judges]}
            ---
            apiVersion: mainstay.dev/v1alpha1
            kind: EtcdUser
            metadata: {name: app}
            spec: {clusterRef: {name: asked}, userName: app, roles: [writers]}
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: of-ann}
            stringData: {password: first-secret}
            ---
            apiVersion: mainstay.dev/v1alpha1
            kind: EtcdUser
            metadata: {name: ann}
            spec:
              clusterRef: {name: asked}
              userName: ann
              authentication: Password
              passwordSecretRef: {name: of-ann}
              roles: [writers]
            """;

    @RegisterExtension
    private static final Clusters CLUSTERS = new Clusters("e2e-users");

    @TempDir
    private Path directory;

    private final OperatedCluster cluster = CLUSTERS.cluster("asked");
    private final Kubectl kubectl = cluster.kubectl();

    @Test
    void usersAreAskedForWhileTheyWrite() {
        cluster.settle(3);
        List<String> pods = cluster.podIdentities();
        kubectl.apply(OBJECTS);
        for (String object : List.of("etcdrole/judges", "etcdrole/writers", "etcduser/client", "etcduser/app")) {
            awaitReady(object, "AuthDisabled");
        }

        try (JudgePod judge = JudgePod.start(cluster, "")) {
            long start = System.nanoTime();
            cluster.with("auth", "{mode: Password}").apply();
            cluster.awaitReason("AuthReady", "Enabled");
            for (String object : List.of("etcdrole/judges", "etcdrole/writers", "etcduser/app", "etcduser/ann")) {
                awaitReady(object, "Synced");
            }
            Measured.line(
                    "users are asked for, and known: " + Math.round((System.nanoTime() - start) / 1e8) / 10.0 + " s");
            judge.awaitMore();

            strangers(judge);
            certificate(judge);
            password(judge);
            drift(judge);
            deletion(judge);
            judge.awaitMore();
            judge.stop("users are asked for, change their passwords, lose permissions and get them back");
        }
        assertThat(cluster.podIdentities()).as("uids and restarts").isEqualTo(pods);
        cluster.delete();
    }

    /** Whoever shows no certificate of the cluster's authority, or one that stands for nobody who may. */
    private void strangers(JudgePod judge) {
        assertThat(put(judge, "/tls", BY_CERTIFICATE, "app/by-client")).startsWith("PERMISSION_DENIED");
        assertThat(put(judge, "/tls", "nobody secret", "app/by-nobody")).contains("authentication failed");

        OpenSsl stranger = new OpenSsl(directory.resolve("authority"), "a stranger's authority");
        stranger.issue(directory, "root");
        judge.write("stranger/ca.crt", kubectl.get("configmap/asked-ca", "{.data.ca\\.crt}") + "\n");
        judge.write("stranger/tls.crt", read("cert.pem"));
        judge.write("stranger/tls.key", read("key.pem"));
        assertThat(judge.call("/work/stranger " + BY_CERTIFICATE + " put app/by-stranger value"))
                .startsWith("UNAVAILABLE");
    }

    private String read(String file) {
        try {
            return Files.readString(directory.resolve(file));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void certificate(JudgePod judge) {
        List<String> files = List.of("ca.crt", "tls.crt", "tls.key");
        // All at once: a certificate goes with its key.
        String[] contents = kubectl.get("secret/app-tls", "{.data.ca\\.crt} {.data.tls\\.crt} {.data.tls\\.key}")
                .split(" ", -1);
        for (int i = 0; i < files.size(); i++) {
            judge.write("app/" + files.get(i), decoded(contents[i]));
        }
        assertThat(put(judge, "/work/app", BY_CERTIFICATE, "app/by-app")).isEqualTo("done");
        assertThat(put(judge, "/work/app", BY_CERTIFICATE, "judge/by-app")).startsWith("PERMISSION_DENIED");
    }

    private void password(JudgePod judge) {
        assertThat(put(judge, "/tls", "ann first-secret", "app/by-ann")).isEqualTo("done");
        assertThat(put(judge, "/tls", "ann wrong-secret", "app/by-ann")).contains("authentication failed");

        long start = System.nanoTime();
        kubectl.out("patch", "secret", "of-ann", "--patch={\"stringData\":{\"password\":\"second-secret\"}}");
        awaitDone(judge, "ann second-secret");
        Measured.line("another password in a secret is that of the user after "
                + Math.round((System.nanoTime() - start) / 1e8) / 10.0 + " s");
        assertThat(put(judge, "/tls", "ann first-secret", "app/by-ann")).contains("authentication failed");
    }

    /** Somebody with the root's password takes a permission away. */
    private void drift(JudgePod judge) {
        String root = decoded(kubectl.get("secret/asked-root", "{.data.password}"));
        assertThat(judge.call("/tls root '" + root + "' revoke writers app/ app0"))
                .isEqualTo("done");

        awaitDone(judge, "ann second-secret");
        Await.until(
                "a word on the drift",
                () -> kubectl.out("get", "events", "--field-selector=reason=DriftCorrected", "-o", "name")
                        .contains("writers"),
                cluster::describe);
    }

    private void deletion(JudgePod judge) {
        kubectl.out("delete", "etcduser", "ann", "--timeout=110s");
        assertThat(put(judge, "/tls", "ann second-secret", "app/by-ann")).contains("authentication failed");
    }

    /** What the cluster says; that a busy machine doesn't let anybody through in time is no answer. */
    private String put(JudgePod judge, String folder, String user, String key) {
        AtomicReference<String> answer = new AtomicReference<>("");
        Await.until(
                "answer to " + user,
                () -> {
                    answer.set(judge.call(folder + " " + user + " put " + key + " value"));
                    return !answer.get().startsWith("UNAVAILABLE")
                            && !answer.get().startsWith("DEADLINE_EXCEEDED");
                },
                () -> answer + "\n" + cluster.describe());
        return answer.get();
    }

    private void awaitDone(JudgePod judge, String user) {
        Await.until(
                user + " to be let in",
                () -> put(judge, "/tls", user, "app/by-ann").equals("done"),
                cluster::describe);
    }

    private void awaitReady(String object, String reason) {
        Await.until(
                object + " " + reason,
                () -> kubectl.get(object, "{.status.conditions[?(@.type==\"Ready\")].reason}")
                        .equals(reason),
                () -> kubectl.out("get", "etcdusers,etcdroles", "-o", "yaml") + cluster.describe());
    }

    private static String decoded(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }
}
