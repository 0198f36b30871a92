package dev.mainstay.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * The judge in a pod of the node's image, which any cluster under test has; its program is copied in. It connects as applications do: by
 * the service's name, with the published secret mounted.
 */
final class JudgePod implements AutoCloseable {
    private static final String JAVA = "/opt/mainstay/jre/bin/java";
    private static final Duration STARTS = Duration.ofMinutes(3);

    private final Kubectl kubectl;
    private final String endpoint;
    private final String pod;
    private final String run = "r" + Long.toString(System.currentTimeMillis(), 36);

    private JudgePod(OperatedCluster cluster) {
        this.kubectl = cluster.kubectl();
        this.pod = "judge-" + run;
        this.endpoint =
                (cluster.secure() ? "https://" : "http://") + cluster.name() + "." + cluster.namespace() + ".svc:2379";
    }

    /**
     * What it saw.
     *
     * @param verdict "kept", or what was lost
     * @param numbers by name
     * @param text all it said
     */
    record Report(String verdict, Map<String, Long> numbers, String text) {
        /** The number of this name. */
        long number(String name) {
            return Objects.requireNonNull(numbers.get(name), name + " of " + text);
        }
    }

    /** Starts writing to the cluster; returns when writes are acknowledged. Stays away from the node, if one is named. */
    static JudgePod start(OperatedCluster cluster, String awayFrom) {
        JudgePod judge = silent(cluster, awayFrom);
        var _ = judge.program("Judge " + judge.endpoint + " " + judge.run + " /work /tls >/work/log 2>&1 &");
        Await.until("acknowledged write", STARTS, () -> judge.acknowledged() > 50, judge::state);
        return judge;
    }

    /** Beside the cluster, and writes nothing. */
    static JudgePod silent(OperatedCluster cluster, String awayFrom) {
        JudgePod judge = new JudgePod(cluster);
        judge.kubectl.apply(judge.manifest(cluster, awayFrom));
        judge.kubectl.out("wait", "--for=condition=Ready", "pod/" + judge.pod, "--timeout=100s");
        judge.copy(cluster.namespace());
        return judge;
    }

    private String manifest(OperatedCluster cluster, String awayFrom) {
        String certificates = cluster.secure()
                ? "{name: tls, secret: {secretName: " + cluster.name() + "-client}}"
                : "{name: tls, emptyDir: {}}";
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
                  securityContext: {runAsNonRoot: true, runAsUser: 10001, fsGroup: 10001}
                  containers:
                    - name: judge
                      image: %s
                      imagePullPolicy: IfNotPresent
                      command: [sleep, "86400"]
                      volumeMounts: [{name: work, mountPath: /work}, {name: tls, mountPath: /tls, readOnly: true}]
                  volumes: [{name: work, emptyDir: {}}, %s]
                """.formatted(pod, Settings.nodeImage(), certificates) + affinity;
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
                                    pod,
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

    private String program(String command) {
        return kubectl.out(
                "exec",
                pod,
                "--",
                "sh",
                "-c",
                JAVA + " -Xmx192m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 --sun-misc-unsafe-memory-access=allow"
                        + " -cp '/work/classes:/work/lib/*' dev.mainstay.e2e.operator." + command);
    }

    /** Writes until the quota is reached. */
    void fill() {
        var _ = program("Ballast fill " + endpoint + " /tls");
    }

    /** Deletes that again and compacts. */
    void empty() {
        var _ = program("Ballast empty " + endpoint + " /tls");
    }

    /** What the cluster holds, in a form that can be compared. */
    String contents() {
        return program("Contents " + endpoint + " /tls");
    }

    /** The same at a revision. */
    String contents(long revision) {
        return program("Contents " + endpoint + " /tls " + revision);
    }

    /** The newest revision. */
    long revision() {
        return Long.parseLong(program("Contents " + endpoint + " /tls which"));
    }

    private String file(String name) {
        return kubectl.run(new byte[0], "exec", pod, "--", "cat", "/work/" + name)
                .out();
    }

    private String state() {
        return file("progress") + file("log") + kubectl.out("get", "pods", "-o", "wide");
    }

    /** How many writes were acknowledged so far. */
    long acknowledged() {
        return numbers(file("progress")).getOrDefault("acknowledged", 0L);
    }

    /** Returns when some more writes have been acknowledged. */
    void awaitMore() {
        long now = acknowledged();
        Await.until("more writes", () -> acknowledged() > now + 20, this::state);
    }

    /** Stops writing, and checks what there is. */
    Report stop(String scenario) {
        kubectl.out("exec", pod, "--", "sh", "-c", ": >/work/stop");
        Await.until("verdict", () -> !file("result").isEmpty(), this::state);
        String text = file("result");
        Report report = new Report(text.lines().findFirst().orElse(""), numbers(text), text);
        Measured.add(scenario, report);
        assertThat(report.verdict()).as(text).isEqualTo("kept");
        return report;
    }

    private static Map<String, Long> numbers(String text) {
        Map<String, Long> numbers = new TreeMap<>();
        text.lines()
                .filter(line -> line.startsWith("acknowledged="))
                .findFirst()
                .ifPresent(line -> {
                    for (String word : line.split(" ", -1)) {
                        int equals = word.indexOf('=');
                        numbers.put(word.substring(0, equals), Long.parseLong(word.substring(equals + 1)));
                    }
                });
        return numbers;
    }

    @Override
    public void close() {
        kubectl.out("delete", "pod", pod, "--ignore-not-found", "--grace-period=0", "--force");
    }
}
