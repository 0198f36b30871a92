package dev.mainstay.e2e.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.e2e.server.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Options: {@code -Ddifferential.game} which of {@link #GAMES}, or some with commas between (all); {@code
 * -Ddifferential.members} how many members each side has (1, and for keys 3, too); {@code -Ddifferential.operations} how many
 * steps (as in {@link #runs}); {@code -Ddifferential.seed} the first seed (in a build always the same,
 * so that it fails for what was changed alone; else random); {@code -Ddifferential.round} steps per seed
 * and pair of servers (5,000); {@code -Ddifferential.pairs} how many pairs run side by side (2 of one member, 1 of several);
 * {@code -Ddifferential.shrink} seconds to spend on making a failure small (180); {@code -Ddifferential.subject=etcd} compares
 * etcd with itself.
 */
@Tag("differential")
class DifferentialE2E {
    private static final Program SUBJECT = Program.valueOf(
            System.getProperty("differential.subject", "mainstay").toUpperCase(Locale.ROOT));
    /** So many steps meet every outcome that there is; what a build has time for may not. */
    private static final long MOST_OUTCOMES = 3_000;

    private static final Duration SHRINKING = Duration.ofSeconds(Integer.getInteger("differential.shrink", 180));

    private static final Map<String, Game<?>> GAMES = new TreeMap<>(Map.of(
            "keys", new KeyValueGame(),
            "auth", new AuthGame(),
            "recipes", new RecipeGame(),
            "gateway", new GatewayGame()));

    @TempDir
    private Path dir;

    /** Game, members, steps, first seed: what a build has time for, unless options say otherwise. */
    static Stream<Arguments> runs() {
        List<String> games = List.of(System.getProperty("differential.game", String.join(",", GAMES.keySet()))
                .split(",", -1));
        Integer members = Integer.getInteger("differential.members");
        Stream<Arguments> all = members == null
                ? Stream.of(
                        Arguments.of("keys", 1, 6_000L, 79_735_694_071_638L),
                        Arguments.of("keys", 3, 600L, 79_780_668_362_170L),
                        Arguments.of("auth", 1, 1_000L, 79_829_677_860_852L),
                        Arguments.of("recipes", 1, 120L, 79_856_811_979_091L),
                        Arguments.of("gateway", 1, 1_000L, 79_877_324_578_791L))
                : games.stream().map(game -> Arguments.of(game, members, 5_000L, System.nanoTime()));
        return all.filter(run -> games.contains((String) run.get()[0]));
    }

    @ParameterizedTest(name = "{0} with {1} members")
    @MethodSource("runs")
    void everyAnswerToARandomSequenceIsTheOneEtcdGives(String name, int members, long inABuild, long seed) {
        Game<?> game = game(name);
        long operations = Long.getLong("differential.operations", inABuild);

        var comparison = new Comparison<>(name, game, SUBJECT, dir, members, SHRINKING);
        // Most of a round is waiting for watches, so a few run side by side.
        List<String> failures = comparison.run(
                Long.getLong("differential.seed", seed),
                operations,
                Integer.getInteger("differential.round", 5_000),
                Integer.getInteger("differential.pairs", members == 1 ? 2 : 1));

        System.out.println("differential " + name + ": what etcd answered\n" + comparison.outcomes());
        assertThat(failures).isEmpty();
        if (operations >= MOST_OUTCOMES) {
            assertThat(game.missing(comparison.outcomes())).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void differencesFoundBeforeStayAway(Path script) throws IOException {
        List<String> lines = Files.readAllLines(script);
        String name = header(lines, Comparison.GAME, "keys");
        int members = Integer.parseInt(header(lines, Comparison.MEMBERS, "1"));

        var comparison = new Comparison<>(name, game(name), SUBJECT, dir, members, SHRINKING);

        assertThat(comparison.replay(lines)).isEmpty();
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

    private static Game<?> game(String name) {
        return Objects.requireNonNull(GAMES.get(name), name);
    }

    private static String header(List<String> lines, String prefix, String otherwise) {
        return lines.stream()
                .filter(line -> line.startsWith(prefix))
                .map(line -> line.substring(prefix.length()).strip())
                .findFirst()
                .orElse(otherwise);
    }
}
