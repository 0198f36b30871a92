package dev.mainstay.e2e.chaos;

import dev.mainstay.e2e.options.Options;
import dev.mainstay.e2e.server.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Runs for long, by hand, with every fault, or those named.
 *
 * <p>Arguments, all optional: {@code --program=etcd|mainstay} (mainstay), {@code --minutes=M} in all (30),
 * {@code --members=3,5} one after the other with an equal share of the time, {@code --clients=N} (10), {@code --round=S}
 * seconds between checks (60), {@code --seed=N}, {@code --inturn=true} for each fault just once, {@code --faults=KILL,SLOW,...}, {@code --dir=D} for data, logs and a history
 * that is wrong (default: a new folder in the system's temporary one), {@code --flags=...} more flags for every member,
 * separated by blanks. Ends with 1 on the first violation.
 */
public final class Chaos {
    private Chaos() {}

    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        Program program = Program.valueOf(options.get("program", "mainstay").toUpperCase(Locale.ROOT));
        String[] sizes = options.get("members", "3,5").split(",", -1);
        Duration length =
                Duration.ofSeconds((long) (Double.parseDouble(options.get("minutes", "30")) * 60 / sizes.length));
        long seed = options.has("seed") ? Long.parseLong(options.get("seed", "")) : System.nanoTime();
        String faults = options.get("faults", "");
        Path dir = options.has("dir")
                ? Files.createDirectories(Path.of(options.get("dir", "")))
                : Files.createTempDirectory("mainstay-chaos");
        System.out.println("chaos: files are in " + dir);
        for (String size : sizes) {
            ChaosPlan plan = new ChaosPlan(
                    program,
                    Integer.parseInt(size),
                    Integer.parseInt(options.get("clients", "10")),
                    10,
                    faults.isEmpty()
                            ? List.of(Fault.values())
                            : Arrays.stream(faults.split(",", -1))
                                    .map(Fault::valueOf)
                                    .toList(),
                    Boolean.parseBoolean(options.get("inturn", "false")),
                    Duration.ofSeconds(Long.parseLong(options.get("round", "60"))),
                    length,
                    seed,
                    options.has("flags") ? List.of(options.get("flags", "").split(" ", -1)) : List.of());
            try {
                ChaosRun.execute(plan, dir.resolve("members" + size), System.out::println);
            } catch (AssertionError e) {
                System.out.println("chaos: VIOLATION\n" + e.getMessage());
                System.exit(1);
            }
        }
        System.out.println("chaos: no violation");
    }
}
