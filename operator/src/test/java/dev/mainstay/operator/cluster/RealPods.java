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
import java.util.TreeMap;
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

    private static String address(int number) {
        return "127.0.1." + number;
    }

    /** Starts new pods, and brings changed secrets into all. */
    void step() throws IOException {
        for (Pod pod : kubernetes.pods().inAnyNamespace().list().getItems()) {
            String name = pod.getMetadata().getName();
            for (Volume volume : pod.getSpec().getVolumes()) {
                if (volume.getSecret() != null) {
                    mount(pod, volume.getSecret().getSecretName());
                }
            }
            if (!running.containsKey(name)) {
                String address = address(Integer.parseInt(name.substring(name.indexOf('-') + 1)));
                running.put(name, start(pod, address));
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
                .redirectOutput(folder.resolve(name + ".log").toFile());
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
        for (Process process : running.values()) {
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
}
