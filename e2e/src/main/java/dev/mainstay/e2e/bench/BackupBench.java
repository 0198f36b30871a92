package dev.mainstay.e2e.bench;

import dev.mainstay.e2e.cluster.TestCluster;
import dev.mainstay.e2e.faults.PlainNetwork;
import dev.mainstay.e2e.options.Options;
import dev.mainstay.e2e.server.Binaries;
import dev.mainstay.e2e.server.ProcessUsage;
import dev.mainstay.e2e.server.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * What puts at a constant rate take while nothing else happens, while backups are made one after the other, and while the log is archived;
 * and of a real etcd, while {@code etcdctl snapshot save} runs one after the other. The memory is that of the server, at its most.
 *
 * <p>Arguments, all optional: {@code --keys=N} (200,000) of {@code --value=B} bytes (256), {@code --rate=N} puts per second (1,000), {@code
 * --seconds=S} for each row (20), {@code --members=N} (1), {@code --only=etcd|mainstay}, {@code --dir=D}.
 */
public final class BackupBench {
    private static final String PREFIX = "/registry/pods/";
    private static final int LOADERS = 200;

    private final Options options;
    private final Path dir;
    private final Payloads payloads;

    private BackupBench(Options options, Path dir) {
        this.options = options;
        this.dir = dir;
        this.payloads = new Payloads(options.number("value", 256));
    }

    /** What goes on beside the puts. */
    private enum Beside {
        NOTHING("nothing"),
        FULL("full backups"),
        INCREMENTAL("incremental backups"),
        ARCHIVE("the archive"),
        SNAPSHOT("snapshots");

        private final String title;

        Beside(String title) {
            this.title = title;
        }
    }

    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        Path dir = options.directory("mainstay-backup");
        BackupBench bench = new BackupBench(options, dir);
        List<String> rows = new ArrayList<>();
        if (options.wants(Program.ETCD)) {
            rows.addAll(bench.run(Program.ETCD, List.of(), List.of(Beside.NOTHING, Beside.SNAPSHOT)));
        }
        if (options.wants(Program.MAINSTAY)) {
            rows.addAll(bench.run(
                    Program.MAINSTAY,
                    List.of(),
                    List.of(Beside.NOTHING, Beside.FULL, Beside.INCREMENTAL, Beside.SNAPSHOT)));
            rows.addAll(bench.run(
                    Program.MAINSTAY,
                    List.of("--archive-repository=file://" + dir.resolve("archive"), "--archive-flush-interval=1s"),
                    List.of(Beside.ARCHIVE)));
        }
        System.out.println();
        System.out.println(
                "| server | beside the puts | put p50 / p99 / max ms | done | most memory MiB | failed puts |");
        System.out.println("|---|---|---:|---:|---:|---:|");
        rows.forEach(System.out::println);
    }

    private List<String> run(Program program, List<String> moreFlags, List<Beside> all) throws Exception {
        List<String> flags = new ArrayList<>(moreFlags);
        flags.add("--quota-backend-bytes=8589934592");
        int members = options.number("members", 1);
        int keys = options.number("keys", 200_000);
        int rate = options.number("rate", 1_000);
        int seconds = options.number("seconds", 20);
        Path home = Files.createTempDirectory(dir, program.name().toLowerCase(Locale.ROOT));
        List<String> rows = new ArrayList<>();
        try (PlainNetwork network = new PlainNetwork(members);
                TestCluster cluster =
                        TestCluster.start(program, home, members, network, flags.toArray(String[]::new))) {
            try (RawCalls calls = new RawCalls(cluster.endpoints(), 4)) {
                var _ = new ClosedLoop(calls, () -> 0)
                        .forOperations(Cases.PUT, LOADERS, keys, (_, put) -> payloads.put(PREFIX, put % keys));
            }
            try (PacedWrites writes = new PacedWrites(cluster.endpoints(), payloads, PREFIX, keys, rate)) {
                TimeUnit.SECONDS.sleep(5);
                for (Beside beside : all) {
                    long failed = writes.failed();
                    var _ = writes.latencies();
                    int done = beside(beside, cluster, home, seconds);
                    rows.add(row(program, beside, writes.latencies(), done, memory(cluster), writes.failed() - failed));
                    System.out.println(rows.getLast());
                }
            }
        }
        return rows;
    }

    /** Goes on for so long; how often it was done. */
    private static int beside(Beside beside, TestCluster cluster, Path home, int seconds)
            throws IOException, InterruptedException {
        if (beside == Beside.NOTHING || beside == Beside.ARCHIVE) {
            TimeUnit.SECONDS.sleep(seconds);
            return 0;
        }
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        int done = 0;
        while (System.nanoTime() < end) {
            Process process = new ProcessBuilder(command(beside, cluster, home, done))
                    .redirectErrorStream(true)
                    .redirectOutput(home.resolve("beside.log").toFile())
                    .start();
            if (process.waitFor() != 0) {
                throw new IllegalStateException(Files.readString(home.resolve("beside.log")));
            }
            done++;
        }
        return done;
    }

    private static List<String> command(Beside beside, TestCluster cluster, Path home, int number) {
        String endpoints = "--endpoints=" + String.join(",", cluster.endpoints());
        if (beside == Beside.SNAPSHOT) {
            return List.of(
                    Binaries.etcdctl().toString(),
                    "--endpoints=" + cluster.endpoints().getFirst(),
                    "snapshot",
                    "save",
                    home.resolve("snapshot-" + number).toString());
        }
        List<String> command = new ArrayList<>(List.of(
                Binaries.mainstay().toString(),
                "backup",
                "create",
                "--repository=file://" + home.resolve("backups"),
                endpoints));
        if (beside == Beside.FULL) {
            command.add("--full");
        }
        return command;
    }

    private static long memory(TestCluster cluster) {
        long most = 0;
        for (int member = 0; member < cluster.size(); member++) {
            most = Math.max(most, ProcessUsage.of(cluster.member(member).pid()).peakResidentBytes());
        }
        return most >> 20;
    }

    private static String row(Program program, Beside beside, Histogram puts, int done, long memoryMiB, long failed) {
        return String.format(
                Locale.ROOT,
                "| %s | %s | %.1f / %.1f / %.0f | %s | %d | %d |",
                program.title(),
                beside.title,
                puts.getValueAtPercentile(50) / 1e6,
                puts.getValueAtPercentile(99) / 1e6,
                puts.getMaxValue() / 1e6,
                done == 0 ? "" : done,
                memoryMiB,
                failed);
    }
}
