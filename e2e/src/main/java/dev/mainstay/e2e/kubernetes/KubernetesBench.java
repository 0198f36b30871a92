package dev.mainstay.e2e.kubernetes;

import dev.mainstay.e2e.cluster.TestCluster;
import dev.mainstay.e2e.faults.Network;
import dev.mainstay.e2e.faults.PlainNetwork;
import dev.mainstay.e2e.options.Options;
import dev.mainstay.e2e.server.Program;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.HdrHistogram.Histogram;

/**
 * The traffic of a Kubernetes control plane on etcd and on Mainstay, in turn, and the latencies of both side by side; what an
 * apiserver relies on is checked all the time, and a fault ends the run.
 *
 * <p>Arguments, all optional: {@code --namespaces=N} (100), {@code --objects=N} (50,000) of {@code --value=B} bytes (1,024),
 * lists in pages of {@code --page=N} (500), {@code --watchers=N} (1,000) on {@code --streams=N} (20), {@code --clients=N} (8)
 * that read and write for {@code --seconds=S} (30), {@code --members=N} (1), {@code --only=etcd|mainstay}, {@code --dir=D}.
 */
public final class KubernetesBench {
    private KubernetesBench() {}

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        KubernetesLoad.Plan plan = new KubernetesLoad.Plan(
                options.number("namespaces", 100),
                options.number("objects", 50_000),
                options.number("value", 1_024),
                options.number("page", 500),
                options.number("watchers", 1_000),
                options.number("streams", 20),
                options.number("clients", 8),
                options.number("seconds", 30));
        int members = options.number("members", 1);
        Path dir = options.directory("mainstay-kubernetes");
        Map<Program, Map<String, Histogram>> results = new EnumMap<>(Program.class);
        for (Program program : Program.values()) {
            if (!options.wants(program)) {
                continue;
            }
            System.out.println(program.title() + ": " + plan);
            // The flag lost its prefix in 3.6.
            String progress =
                    (program == Program.ETCD ? "--experimental-" : "--") + "watch-progress-notify-interval=5s";
            try (Network network = new PlainNetwork(members);
                    TestCluster cluster =
                            TestCluster.start(program, dir.resolve(program.title()), members, network, progress);
                    KubernetesLoad load = new KubernetesLoad(plan, cluster.endpoints())) {
                results.put(program, load.run());
            }
        }
        print(results);
    }

    private static void print(Map<Program, Map<String, Histogram>> results) {
        Set<String> requests = new LinkedHashSet<>();
        results.values().forEach(latencies -> requests.addAll(latencies.keySet()));
        System.out.println();
        System.out.println("| request | etcd: number | p50 / p99 / max ms | Mainstay: number | p50 / p99 / max ms |");
        System.out.println("|---|---:|---:|---:|---:|");
        for (String request : requests) {
            StringBuilder row = new StringBuilder("| ").append(request);
            for (Program program : Program.values()) {
                Histogram latencies = results.getOrDefault(program, Map.of()).get(request);
                row.append(latencies == null ? " | | " : shown(latencies));
            }
            System.out.println(row.append(" |"));
        }
    }

    private static String shown(Histogram latencies) {
        return String.format(
                Locale.ROOT,
                " | %,d | %.1f / %.1f / %.0f",
                latencies.getTotalCount(),
                latencies.getValueAtPercentile(50) / 1e6,
                latencies.getValueAtPercentile(99) / 1e6,
                latencies.getMaxValue() / 1e6);
    }
}
