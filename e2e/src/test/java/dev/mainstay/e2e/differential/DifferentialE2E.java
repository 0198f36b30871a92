package dev.mainstay.e2e.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.e2e.server.Program;
import dev.mainstay.etcd.proto.HashKVRequest;
import dev.mainstay.etcd.proto.WatchRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Options: {@code -Ddifferential.members} how many members each side has (1, and then 3); {@code -Ddifferential.operations}
 * how many steps (10,000 for one member, 1,000 for several); {@code -Ddifferential.seed} the first seed (random);
 * {@code -Ddifferential.round} steps per seed and pair of servers (5,000); {@code -Ddifferential.pairs} how many pairs run
 * side by side (2 of one member, 1 of several); {@code -Ddifferential.shrink} seconds to spend on making a failure small
 * (180); {@code -Ddifferential.subject=etcd} compares etcd with itself.
 */
@Tag("differential")
class DifferentialE2E {
    private static final Program SUBJECT = Program.valueOf(
            System.getProperty("differential.subject", "mainstay").toUpperCase(Locale.ROOT));
    /** All watchers have got what they must, and all members have the same data. */
    private static final List<Step> LAST = List.of(
            Step.of(StepKind.WATCH_SYNC, WatchRequest.getDefaultInstance()),
            Step.of(StepKind.HASH_ALL, HashKVRequest.getDefaultInstance()));

    private static final String MEMBERS = "# members: ";

    @TempDir
    private Path dir;

    private final AtomicInteger pairs = new AtomicInteger();

    /** How many members each side has. */
    static List<Integer> sizes() {
        Integer given = Integer.getInteger("differential.members");
        return given == null ? List.of(1, 3) : List.of(given);
    }

    @ParameterizedTest(name = "{0} members")
    @MethodSource("sizes")
    void everyAnswerToARandomSequenceIsTheOneEtcdGives(int members) {
        long operations = Long.getLong("differential.operations", members == 1 ? 10_000 : 1_000);
        int pairsAtATime = Integer.getInteger("differential.pairs", members == 1 ? 2 : 1);
        int round = Integer.getInteger("differential.round", 5_000);
        long firstSeed = Long.getLong("differential.seed", System.nanoTime());
        long rounds = (operations + round - 1) / round;
        Progress progress = new Progress(operations);
        AtomicLong nextRound = new AtomicLong();

        // Most of a round is waiting for watches, so a few run side by side.
        try (ExecutorService threads = Executors.newFixedThreadPool(pairsAtATime)) {
            List<CompletableFuture<Void>> workers = Stream.generate(() -> CompletableFuture.runAsync(
                            () -> {
                                for (long n = nextRound.getAndIncrement();
                                        n < rounds;
                                        n = nextRound.getAndIncrement()) {
                                    int length = (int) Math.min(round, operations - n * round);
                                    if (!played(firstSeed + n, length, members, progress)) {
                                        // The others stop after their round.
                                        nextRound.set(rounds);
                                    }
                                }
                            },
                            threads))
                    .limit(pairsAtATime)
                    .toList();
            workers.forEach(CompletableFuture::join);
        }

        assertThat(progress.failures()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void differencesFoundBeforeStayAway(Path script) throws IOException {
        List<String> lines = Files.readAllLines(script);
        int members = lines.stream()
                .filter(line -> line.startsWith(MEMBERS))
                .mapToInt(line -> Integer.parseInt(line.substring(MEMBERS.length())))
                .findFirst()
                .orElse(1);
        List<Step> steps = lines.stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(Step::parse)
                .toList();

        Optional<Mismatch> mismatch = playFresh(steps, members);

        assertThat(mismatch.map(Mismatch::describe)).isEmpty();
    }

    /** The scripts kept in the test resources, or the one given with -Ddifferential.script. */
    static Stream<Path> scripts() throws IOException {
        String given = System.getProperty("differential.script");
        if (given != null) {
            return Stream.of(Path.of(given));
        }
        Path folder = Path.of("src/test/resources/differential");
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList().stream();
        }
    }

    private boolean played(long seed, int length, int members, Progress progress) {
        List<Step> steps = sequence(seed, length, members);
        Optional<Mismatch> mismatch = playFresh(steps, members);
        if (mismatch.isPresent()) {
            progress.failed(report(seed, members, steps, mismatch.get()));
        } else {
            progress.passed(seed, length);
        }
        return mismatch.isEmpty();
    }

    /** Makes the failure small, keeps it as a script, and says what it is. */
    private String report(long seed, int members, List<Step> steps, Mismatch first) {
        System.out.println("differential: seed " + seed + " differs, shrinking\n" + first.describe());
        List<Step> failing = new ArrayList<>(steps.subList(0, first.index() + 1));
        List<Step> smallest = new Shrinker(
                        trial -> playFresh(trial, members).isPresent(),
                        Duration.ofSeconds(Integer.getInteger("differential.shrink", 180)))
                .shrink(failing);
        String difference = playFresh(smallest, members).map(Mismatch::describe).orElse("(does not differ every time)");
        StringBuilder script =
                new StringBuilder().append(MEMBERS).append(members).append('\n');
        difference.lines().forEach(line -> script.append("# ").append(line).append('\n'));
        smallest.forEach(step -> script.append(step).append('\n'));
        Path file = Path.of("target", "differential-" + seed + ".txt").toAbsolutePath();
        try {
            Files.writeString(file, script);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return "seed " + seed + ": " + difference + "\nplay it again with -Ddifferential.script=" + file
                + " or all of it with -Ddifferential.seed=" + seed + "\n" + script;
    }

    private Optional<Mismatch> playFresh(List<Step> steps, int members) {
        Path fresh = dir.resolve("pair-" + pairs.getAndIncrement());
        try (ServerPair pair = new ServerPair(fresh, SUBJECT, members)) {
            Optional<Mismatch> mismatch = pair.play(steps);
            return mismatch.isPresent() ? mismatch : pair.play(LAST);
        } finally {
            // Hundreds of pairs may follow, and each leaves preallocated logs.
            delete(fresh);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                boolean _ = file.toFile().delete();
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Step> sequence(long seed, int length, int members) {
        StepGenerator generator = new StepGenerator(seed, members);
        return Stream.generate(generator::next).limit(length).toList();
    }

    /** Says now and then how far we are. */
    private static final class Progress {
        private final long started = System.nanoTime();
        private final long operations;
        private final List<String> failures = new ArrayList<>();
        private long done;

        Progress(long operations) {
            this.operations = operations;
        }

        synchronized void passed(long seed, int length) {
            done += length;
            System.out.println("differential: seed " + seed + " shows no difference; " + done + " of " + operations
                    + " operations, "
                    + Duration.ofNanos(System.nanoTime() - started).toSeconds() + " s");
        }

        synchronized void failed(String report) {
            failures.add(report);
        }

        synchronized List<String> failures() {
            return List.copyOf(failures);
        }
    }
}
