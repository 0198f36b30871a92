package dev.mainstay.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A pod of the node's image, which any cluster under test has, with this module's programs copied in. One thread. */
final class ToolPod implements AutoCloseable {
    private static final String JAVA = "/opt/mainstay/jre/bin/java";

    private final Kubectl kubectl;
    private final String name;

    private ToolPod(Kubectl kubectl, String name) {
        this.kubectl = kubectl;
        this.name = name;
    }

    /**
     * What it sees.
     *
     * @param secret certificates at {@code /tls}; empty for none
     * @param claim a volume at {@code /data}; empty for none
     */
    record Mounts(String secret, String claim) {}

    /** Starts it in the cluster's namespace; it stays away from the node, if one is named. */
    static ToolPod start(OperatedCluster cluster, String name, Mounts mounts, String awayFrom) {
        ToolPod pod = new ToolPod(cluster.kubectl(), name);
        pod.kubectl.apply(pod.manifest(mounts, awayFrom));
        pod.kubectl.out("wait", "--for=condition=Ready", "pod/" + name, "--timeout=100s");
        pod.copy(cluster.namespace());
        return pod;
    }

    private String manifest(Mounts mounts, String awayFrom) {
        String certificates =
                mounts.secret().isEmpty() ? "emptyDir: {}" : "secret: {secretName: " + mounts.secret() + "}";
        String data = mounts.claim().isEmpty()
                ? "emptyDir: {}"
                : "persistentVolumeClaim: {claimName: " + mounts.claim() + "}";
        String affinity = awayFrom.isEmpty() ? "" : """
                  affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [
                    {key: kubernetes.io/hostname, operator: NotIn, values: [%s]}]}]}}}
                """.formatted(awayFrom);
        return """
                apiVersion: v1
                kind: Pod
                metadata: {name: %s, labels: {app: judge}}
                spec:
                  terminationGracePeriodSeconds: 0
                  securityContext: {runAsNonRoot: true, runAsUser: 10001, runAsGroup: 10001, fsGroup: 10001}
                  containers:
                    - name: judge
                      image: %s
                      imagePullPolicy: IfNotPresent
                      command: [sleep, "86400"]
                      volumeMounts:
                        - {name: work, mountPath: /work}
                        - {name: data, mountPath: /data}
                        - {name: tls, mountPath: /tls, readOnly: true}
                  volumes: [{name: work, emptyDir: {}}, {name: data, %s}, {name: tls, %s}]
                """.formatted(name, Settings.nodeImage(), data, certificates) + affinity;
    }

    /** This module's classes and what they need, by tar, as kubectl cp does. */
    private void copy(String namespace) {
        Path target = Path.of(System.getProperty("e2e.home", ".")).resolve("target");
        try {
            List<Process> line = ProcessBuilder.startPipeline(List.of(
                    new ProcessBuilder("tar", "-C", target.toString(), "-cf", "-", "classes", "lib"),
                    new ProcessBuilder(
                                    Kubectl.program(),
                                    "--namespace=" + namespace,
                                    "exec",
                                    "-i",
                                    name,
                                    "--",
                                    "tar",
                                    "-xf",
                                    "-",
                                    "-C",
                                    "/work")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.INHERIT)));
            assertThat(line.getLast().waitFor(2, TimeUnit.MINUTES)).as("copied").isTrue();
            assertThat(line.getLast().exitValue()).as("exit code of tar").isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Runs a program of package {@code operator}, with its arguments as the shell reads them; what it printed. */
    String program(String command) {
        return kubectl.out(
                "exec",
                name,
                "--",
                "sh",
                "-c",
                JAVA + " -Xmx192m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 --sun-misc-unsafe-memory-access=allow"
                        + " --enable-native-access=ALL-UNNAMED"
                        + " -Djava.library.path=/opt/mainstay/lib/native/$(uname -m)"
                        + " -cp '/work/classes:/work/lib/*':$(echo /opt/mainstay/lib/lib/org.rocksdb.rocksdbjni-*.jar)"
                        + " dev.mainstay.e2e.operator." + command);
    }

    /** A file below {@code /work}; empty if it isn't there. */
    String file(String file) {
        return kubectl.run(new byte[0], "exec", name, "--", "cat", "/work/" + file)
                .out();
    }

    /** Writes a file below {@code /work}, with the folder that it is in. */
    void write(String file, String content) {
        Kubectl.Result result = kubectl.run(
                content.getBytes(StandardCharsets.UTF_8),
                "exec",
                "-i",
                name,
                "--",
                "sh",
                "-c",
                "mkdir -p $(dirname /work/" + file + ") && cat >/work/" + file);
        assertThat(result.code()).as(result.toString()).isZero();
    }

    Kubectl kubectl() {
        return kubectl;
    }

    @Override
    public void close() {
        kubectl.out("delete", "pod", name, "--ignore-not-found", "--grace-period=0", "--force");
    }
}
