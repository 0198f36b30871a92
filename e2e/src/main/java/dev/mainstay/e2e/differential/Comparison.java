package dev.mainstay.e2e.differential;

import dev.mainstay.e2e.server.Program;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Many rounds of a game, each with fresh servers and a seed of its own. A round that shows a difference is made small, kept as
 * a script, and told. Not for several threads, though it runs some.
 *
 * @param <S> the steps of the game
 */
public final class Comparison<S> {
    /** The line of a script that says how many members each side has. */
    public static final String MEMBERS = "# members: ";

    /** The line of a script that says which game it is of. */
    public static final String GAME = "# game: ";

    private final String name;
    private final Game<S> game;
    private final Program subject;
    private final Path dir;
    private final int members;
    private final Duration shrinking;
    private final Outcomes outcomes = new Outcomes();
    private final List<String> failures = new ArrayList<>();
    private final AtomicInteger pairs = new AtomicInteger();
    private final AtomicLong done = new AtomicLong();

    /**
     * Prepares a comparison.
     *
     * @param name of the game, for scripts
     * @param subject what is judged; another etcd judges the test itself
     * @param dir for the servers' files; emptied as it goes
     * @param members how many each side has
     * @param shrinking how long a failure may be made small
     */
    public Comparison(String name, Game<S> game, Program subject, Path dir, int members, Duration shrinking) {
        this.name = name;
        this.game = game;
        this.subject = subject;
        this.dir = dir;
        this.members = members;
        this.shrinking = shrinking;
    }

    /**
     * Plays rounds until there were so many steps, or a round has shown a difference.
     *
     * @param round steps per seed
     * @param sideBySide how many rounds at a time
     * @return what differed, with the seed and the steps that show it
     */
    public List<String> run(long firstSeed, long steps, int round, int sideBySide) {
        long started = System.nanoTime();
        long rounds = (steps + round - 1) / round;
        AtomicLong nextRound = new AtomicLong();
        try (ExecutorService threads = Executors.newFixedThreadPool(sideBySide)) {
            List<CompletableFuture<Void>> workers = Stream.generate(() -> CompletableFuture.runAsync(
                            () -> {
                                for (long n = nextRound.getAndIncrement();
                                        n < rounds;
                                        n = nextRound.getAndIncrement()) {
                                    int length = (int) Math.min(round, steps - n * round);
                                    if (!played(firstSeed + n, length, steps, started)) {
                                        // The others stop after their round.
                                        nextRound.set(rounds);
                                    }
                                }
                            },
                            threads))
                    .limit(sideBySide)
                    .toList();
            workers.forEach(CompletableFuture::join);
        }
        synchronized (failures) {
            return List.copyOf(failures);
        }
    }

    /** What etcd answered in the rounds so far. */
    public Outcomes outcomes() {
        return outcomes;
    }

    /** Plays a script; what differed, if anything. */
    public Optional<String> replay(List<String> lines) {
        List<S> steps = lines.stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(game::parse)
                .toList();
        return playFresh(steps).map(Mismatch::describe);
    }

    private boolean played(long seed, int length, long all, long started) {
        List<S> steps = game.sequence(seed, length, members);
        Optional<Mismatch> mismatch = playFresh(steps);
        if (mismatch.isPresent()) {
            String report = report(seed, steps, mismatch.get());
            synchronized (failures) {
                failures.add(report);
            }
        } else {
            System.out.println("differential " + name + ": seed " + seed + " shows no difference; "
                    + done.addAndGet(length) + " of " + all + " operations, "
                    + Duration.ofNanos(System.nanoTime() - started).toSeconds() + " s");
        }
        return mismatch.isEmpty();
    }

    /** Makes the failure small, keeps it as a script, and says what it is. */
    private String report(long seed, List<S> steps, Mismatch first) {
        System.out.println("differential " + name + ": seed " + seed + " differs, shrinking\n" + first.describe());
        List<S> failing = new ArrayList<>(steps.subList(0, Math.min(first.index() + 1, steps.size())));
        List<S> smallest = new Shrinker<S>(trial -> playFresh(trial).isPresent(), shrinking).shrink(failing);
        String difference = playFresh(smallest).map(Mismatch::describe).orElse("(does not differ every time)");
        StringBuilder script = new StringBuilder()
                .append(GAME)
                .append(name)
                .append('\n')
                .append(MEMBERS)
                .append(members)
                .append('\n');
        difference.lines().forEach(line -> script.append("# ").append(line).append('\n'));
        smallest.forEach(step -> script.append(step).append('\n'));
        Path file =
                Path.of("target", "differential-" + name + "-" + seed + ".txt").toAbsolutePath();
        try {
            Files.writeString(file, script);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return "seed " + seed + ": " + difference + "\nplay it again with -Ddifferential.script=" + file
                + " or all of it with -Ddifferential.game=" + name + " -Ddifferential.seed=" + seed + "\n" + script;
    }

    private Optional<Mismatch> playFresh(List<S> steps) {
        Path fresh = dir.resolve("pair-" + pairs.getAndIncrement());
        try (ServerPair<S> pair = new ServerPair<>(game, outcomes, fresh, subject, members)) {
            Optional<Mismatch> mismatch = pair.play(steps);
            return mismatch.isPresent() ? mismatch : pair.play(game.last());
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
}
