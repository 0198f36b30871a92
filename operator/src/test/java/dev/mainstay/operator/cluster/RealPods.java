package dev.mainstay.operator.cluster;

import dev.mainstay.operator.cluster.certificates.SecretData;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * A kubelet for pods on this machine: each is a process of the node, with the flags of its container, on a loopback address of its own, with
 * its secret in a folder that is kept as the secret is.
 */
final class RealPods implements AutoCloseable {

    private static final int ADDRESSES = 9;

    private final KubernetesClient kubernetes;
    private final Path program;
    private final Path folder;
    private final Map<String, Process> running = new TreeMap<>();
    private final Map<String, String> uids = new TreeMap<>();
    private final Set<String> lost = new TreeSet<>();

    RealPods(KubernetesClient kubernetes, Path program, Path folder) throws IOException {
        this.kubernetes = kubernetes;
        this.program = program;
        this.folder = folder;
        List<String> hosts = new ArrayList<>();
        for (int number = 1; number <= ADDRESSES; number++) {
            hosts.add(address(number) + " a-" + number + ".a-members.test.svc");
        }
        Files.write(folder.resolve("hosts"), hosts);
    }

    private static String address(String member) {
        return address(Integer.parseInt(member.substring(member.indexOf('-') + 1)));
    }

    private static String address(int number) {
        return "127.0.1." + number;
    }

    /** Kills the member's process as a power cut would, and starts none for it any more. */
    void lose(String name) throws InterruptedException {
        lost.add(name);
        var _ = Objects.requireNonNull(running.get(name)).destroyForcibly().waitFor();
    }

    /** Starts what a member ran before, with the data that it had, and waits for its end; all that it says. */
    String startAgain(Pod pod) throws IOException, InterruptedException {
        String name = pod.getMetadata().getName();
        Process process = start(pod, address(name));
        running.put(name, process);
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new AssertionError(name + " runs:\n" + logs());
        }
        return Files.readString(folder.resolve(name + ".log"));
    }

    /** Pods that are gone, or that others have replaced. */
    private void stopOthers(Map<String, String> wanted) {
        for (String name : List.copyOf(uids.keySet())) {
            if (!Objects.equals(wanted.get(name), uids.get(name))) {
                uids.remove(name);
                Process process = Objects.requireNonNull(running.remove(name));
                process.destroy();
                await(process);
            }
        }
    }

    /** Starts new pods, stops those that are gone, and brings changed secrets into all. */
    void step() throws IOException {
        List<Pod> all = kubernetes.pods().inAnyNamespace().list().getItems();
        Map<String, String> wanted = new TreeMap<>();
        all.forEach(
                pod -> wanted.put(pod.getMetadata().getName(), pod.getMetadata().getUid()));
        stopOthers(wanted);
        for (Pod pod : all) {
            String name = pod.getMetadata().getName();
            if (lost.contains(name)) {
                continue;
            }
            for (Volume volume : pod.getSpec().getVolumes()) {
                if (volume.getSecret() != null) {
                    mount(pod, volume.getSecret().getSecretName());
                }
            }
            if (!running.containsKey(name)) {
                String address = address(name);
                running.put(name, start(pod, address));
                uids.put(name, pod.getMetadata().getUid());
                var _ = kubernetes
                        .resource(pod)
                        .editStatus(current -> new PodBuilder(current)
                                .withNewStatus()
                                .withPhase("Running")
                                .withPodIP(address)
                                .endStatus()
                                .build());
            }
        }
    }

    private void mount(Pod pod, String secretName) throws IOException {
        Secret secret = kubernetes
                .secrets()
                .inNamespace(pod.getMetadata().getNamespace())
                .withName(secretName)
                .get();
        Path files = Files.createDirectories(folder.resolve(pod.getMetadata().getName() + "-files"));
        for (Map.Entry<String, String> entry : SecretData.of(secret).entrySet()) {
            Path fresh = folder.resolve("fresh");
            Files.writeString(fresh, entry.getValue());
            Files.move(fresh, files.resolve(entry.getKey()), StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private Process start(Pod pod, String address) throws IOException {
        String name = pod.getMetadata().getName();
        List<String> command = new ArrayList<>(List.of(program.toString()));
        for (String flag : pod.getSpec().getContainers().getFirst().getArgs()) {
            command.add(flag.replace("0.0.0.0", address)
                    .replace("=/tls/", "=" + folder.resolve(name + "-files") + "/")
                    .replace("=/data/", "=" + folder.resolve(name) + "/"));
        }
        Files.createDirectories(folder.resolve(name));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve(name + ".log").toFile()));
        builder.environment().put("MAINSTAY_JAVA_OPTS", "-Djdk.net.hosts.file=" + folder.resolve("hosts"));
        return builder.start();
    }

    /** Whether no process has ended. */
    boolean allRun() {
        return running.values().stream().allMatch(Process::isAlive);
    }

    /** What the processes say, the end of it. */
    String logs() {
        StringBuilder logs = new StringBuilder();
        for (String name : running.keySet()) {
            try {
                List<String> lines = Files.readAllLines(folder.resolve(name + ".log"));
                lines.subList(Math.max(0, lines.size() - 15), lines.size())
                        .forEach(line ->
                                logs.append(name).append(": ").append(line).append('\n'));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return logs.toString();
    }

    @Override
    public void close() {
        running.values().forEach(Process::destroy);
        running.values().forEach(RealPods::await);
    }

    private static void await(Process process) {
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                var _ = process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            var _ = process.destroyForcibly();
        }
    }
}
