package dev.mainstay.node.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Thousands of schedules of what is ours around the log, each on one thread, another cluster with other clients and other
 * mishaps, and the same every time. {@code -Dsimulation.seed=42} runs just that one, {@code -Dsimulation.schedules=100000}
 * so many, {@code -Dsimulation.first=1000} from another seed on.
 */
class SimulationTest {

    private static final long USUAL_SCHEDULES = 2_000;

    /** By how many schedules a flaw must have shown. */
    private static final int FLAW_LIMIT = 400;

    private static final List<Logger> LOUD = Stream.of("leader", "server", "consensus")
            .map(area -> Logger.getLogger("dev.mainstay.node." + area))
            .toList();

    @BeforeAll
    static void beQuiet() {
        LOUD.forEach(logger -> logger.setLevel(Level.OFF));
    }

    @AfterAll
    static void beLoud() {
        LOUD.forEach(logger -> logger.setLevel(null));
    }

    @Test
    void nothingBreaksWhateverHappens() {
        Long only = Long.getLong("simulation.seed");
        long first = only != null ? only : Long.getLong("simulation.first", 1);
        long count = only != null ? 1 : Long.getLong("simulation.schedules", USUAL_SCHEDULES);
        long started = System.nanoTime();
        LongAdder steps = new LongAdder();
        LongAdder answers = new LongAdder();
        LongAdder virtualMillis = new LongAdder();
        LongStream.range(first, first + count).parallel().forEach(seed -> {
            Schedule.Report report = Schedule.run(seed, Flaw.NONE);
            steps.add(report.steps());
            answers.add(report.answers());
            virtualMillis.add(report.virtualMillis());
        });
        System.out.printf(
                "simulation: seeds %d to %d, %d steps, %d answers, %d s of virtual time in %d ms%n",
                first,
                first + count - 1,
                steps.sum(),
                answers.sum(),
                virtualMillis.sum() / 1_000,
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started));
        assertThat(answers.sum()).isPositive();
    }

    @Test
    void theSameSeedGivesTheSameRun() {
        for (long seed = 1; seed <= 5; seed++) {
            assertThat(Schedule.run(seed, Flaw.NONE)).isEqualTo(Schedule.run(seed, Flaw.NONE));
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aFlawIsFound(Flaw flaw) {
        Violation found = LongStream.rangeClosed(1, FLAW_LIMIT)
                .parallel()
                .mapToObj(seed -> violation(seed, flaw))
                .flatMap(Optional::stream)
                .findAny()
                .orElseThrow(() -> new AssertionError(flaw + " went unnoticed in " + FLAW_LIMIT + " schedules"));
        System.out.printf("simulation: found %s%n", firstLine(found));
    }

    private static Optional<Violation> violation(long seed, Flaw flaw) {
        try {
            Schedule.run(seed, flaw);
            return Optional.empty();
        } catch (Violation found) {
            return Optional.of(found);
        }
    }

    private static String firstLine(Violation violation) {
        return String.valueOf(violation.getMessage()).lines().findFirst().orElse("");
    }
}
