package dev.mainstay.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The judge in a pod of the node's image, which any cluster under test has; its program is copied in. It connects as applications do: by
 * the service's name, with the published secret mounted.
 */
final class JudgePod implements AutoCloseable {
    private static final Duration STARTS = Duration.ofMinutes(3);

    private final ToolPod pod;
    private final String endpoint;
    private final String run;

    private JudgePod(ToolPod pod, OperatedCluster cluster, String run) {
        this.pod = pod;
        this.endpoint = cluster.endpoint();
        this.run = run;
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
        var _ = judge.pod.program("Judge " + judge.endpoint + " " + judge.run + " /work /tls >/work/log 2>&1 &");
        Await.until("acknowledged write", STARTS, () -> judge.acknowledged() > 50, judge::state);
        return judge;
    }

    /** Beside the cluster, and writes nothing. */
    static JudgePod silent(OperatedCluster cluster, String awayFrom) {
        String run = "r" + Long.toString(System.currentTimeMillis(), 36);
        String secret = cluster.secure() ? cluster.name() + "-client" : "";
        return new JudgePod(
                ToolPod.start(cluster, "judge-" + run, new ToolPod.Mounts(secret, ""), awayFrom), cluster, run);
    }

    /** Writes until the quota is reached. */
    void fill() {
        var _ = pod.program("Ballast fill " + endpoint + " /tls");
    }

    /** Deletes that again and compacts. */
    void empty() {
        var _ = pod.program("Ballast empty " + endpoint + " /tls");
    }

    /** What the cluster answers to a call of {@code Caller}; see there. */
    String call(String caller) {
        return pod.program("Caller " + endpoint + " " + caller);
    }

    /** Writes a file below {@code /work}. */
    void write(String name, String content) {
        pod.write(name, content);
    }

    /** What the cluster holds, in a form that can be compared. */
    String contents() {
        return pod.program("Contents " + endpoint + " /tls");
    }

    /** The same at a revision. */
    String contents(long revision) {
        return pod.program("Contents " + endpoint + " /tls " + revision);
    }

    /** The newest revision. */
    long revision() {
        return Long.parseLong(pod.program("Contents " + endpoint + " /tls which"));
    }

    private String state() {
        return pod.file("progress") + pod.file("log") + pod.kubectl().out("get", "pods", "-o", "wide");
    }

    /** How many writes were acknowledged so far. */
    long acknowledged() {
        return numbers(pod.file("progress")).getOrDefault("acknowledged", 0L);
    }

    /** Returns when some more writes have been acknowledged. */
    void awaitMore() {
        long now = acknowledged();
        Await.until("more writes", () -> acknowledged() > now + 20, this::state);
    }

    /** Stops writing, and checks what there is. */
    Report stop(String scenario) {
        pod.write("stop", "");
        Await.until("verdict", () -> !pod.file("result").isEmpty(), this::state);
        String text = pod.file("result");
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
        pod.close();
    }
}
