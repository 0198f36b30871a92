package dev.mainstay.e2e.bench;

import dev.mainstay.e2e.options.Options;
import dev.mainstay.e2e.server.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs the same load on a real etcd and on Mainstay, in turn, and prints a table of both.
 *
 * <p>Arguments, all optional: {@code --members=N} (1), {@code --cases=small,large,million} for one member,
 * {@code --cases=cluster,low} for several, {@code --seconds=S} measured per case (default 10), {@code --warmup=S} (default
 * 5), {@code --clients=1,100,1000} for the small cases (1,10,100,1000 for a cluster), {@code --watches=false} to leave out
 * theirs, {@code --only=etcd|mainstay}, {@code --dir=D} for the data (default: a new folder in the system's temporary one),
 * {@code --million=N} keys of the million case.
 */
public final class Bench {

    private Bench() {}

    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        int members = options.number("members", 1);
        boolean alone = members == 1;
        List<String> cases = List.of(options.get("cases", alone ? "small,large,million" : "cluster,low")
                .split(",", -1));
        double seconds = Double.parseDouble(options.get("seconds", "10"));
        double warmUp = Double.parseDouble(options.get("warmup", "5"));
        int[] clients = Arrays.stream(options.get("clients", alone ? "1,100,1000" : "1,10,100,1000")
                        .split(",", -1))
                .mapToInt(Integer::parseInt)
                .toArray();
        boolean watches = Boolean.parseBoolean(options.get("watches", "true"));
        int million = options.number("million", 1_000_000);
        Path dir = options.directory("mainstay-bench");

        Report report = new Report(System.out);
        for (String name : cases) {
            for (Program program : Program.values()) {
                if (!options.wants(program)) {
                    continue;
                }
                Path data = dir.resolve(name + "-" + program.title());
                Cases runner = new Cases(program, report, warmUp, seconds);
                ClusterCases clusters = new ClusterCases(program, members, report, warmUp, seconds);
                switch (name) {
                    case "small" -> runner.small(data, clients, watches);
                    case "large" -> runner.large(data);
                    case "million" -> runner.million(data, million);
                    case "cluster" -> clusters.points(data, clients);
                    case "low" -> clusters.low(data);
                    default -> throw new IllegalArgumentException("no such case: " + name);
                }
                delete(data);
            }
        }
        report.print();
    }

    private static void delete(Path dir) throws IOException {
        try (Stream<Path> files = Files.walk(dir)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
