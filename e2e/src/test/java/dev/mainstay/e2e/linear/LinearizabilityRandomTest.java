package dev.mainstay.e2e.linear;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LinearizabilityRandomTest {
    private static final int SMALL = 400;

    static LongStream seeds() {
        return LongStream.range(0, 40);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatAPerfectStoreDoesPasses(long seed) {
        Random random = new Random(seed);
        SimulatedHistory history = SimulatedHistory.of(random, 8, 600, 2 + random.nextInt(6), random.nextInt(80));

        Verdict without = Linearizability.check(SimulatedHistory.FIRST_REVISION, history.operations());
        Verdict with = Linearizability.check(
                SimulatedHistory.FIRST_REVISION, List.of(), history.operations(), history.changes());

        assertThat(without).isInstanceOf(Verdict.Linearizable.class);
        assertThat(with)
                .isInstanceOfSatisfying(
                        Verdict.Linearizable.class,
                        found -> assertThat(found.changes()).isEqualTo(history.changes()));
    }

    @Test
    void agreesWithThePlainSearchOnWhatIsRightAndOnWhatIsBroken() {
        int right = 0;
        int wrong = 0;
        for (long seed = 0; seed < SMALL; seed++) {
            Random random = new Random(seed);
            List<Operation> operations = new ArrayList<>(SimulatedHistory.of(random, 4, 6 + random.nextInt(9), 3, 250)
                    .operations());
            for (int mutation = 0; mutation < 6; mutation++) {
                boolean expected = PlainSearch.linearizable(SimulatedHistory.FIRST_REVISION, operations);
                Verdict verdict = Linearizability.check(SimulatedHistory.FIRST_REVISION, operations);

                assertThat(verdict instanceof Verdict.Linearizable)
                        .as("seed %d, mutation %d: %s of %s", seed, mutation, verdict, operations)
                        .isEqualTo(expected);
                assertThat(verdict).isNotInstanceOf(Verdict.Undecided.class);
                right += expected ? 1 : 0;
                wrong += expected ? 0 : 1;
                Mutation.of(random).apply(operations, random);
            }
        }
        assertThat(right).isGreaterThan(SMALL);
        assertThat(wrong).isGreaterThan(SMALL);
    }

    @Test
    void changesSeenByWatchesDecideWhichLostOperationItWas() {
        Operation one = Operation.unknown(0, 0, Request.of(new Step.Put("a", "1")));
        Operation two = Operation.unknown(1, 0, Request.of(new Step.Put("b", "2")));
        Operation never = Operation.unknown(2, 0, Request.of(new Step.Put("c", "3")));
        NavigableMap<Long, List<Change>> watched = new TreeMap<>();
        watched.put(2L, List.of(Change.put(new Pair("b", "2", 2, 2, 1))));
        watched.put(3L, List.of(Change.put(new Pair("a", "1", 3, 3, 1))));

        assertThat(Linearizability.check(1, List.of(), List.of(one, two, never), watched))
                .isEqualTo(new Verdict.Linearizable(watched, List.of(never)));
        watched.put(4L, List.of(Change.put(new Pair("a", "1", 3, 4, 2))));
        assertThat(Linearizability.check(1, List.of(), List.of(one, two, never), watched))
                .isInstanceOfSatisfying(
                        Verdict.Violation.class,
                        violation -> assertThat(violation.reason()).startsWith("revision 4 was "));
    }

    @Test
    void twentyThousandOperationsOfTenClientsTakeSeconds() {
        SimulatedHistory history = SimulatedHistory.of(new Random(1), 10, 20_000, 12, 20);
        long from = System.nanoTime();

        Verdict verdict = Linearizability.check(SimulatedHistory.FIRST_REVISION, history.operations());

        assertThat(verdict).isInstanceOf(Verdict.Linearizable.class);
        assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofSeconds(20));
    }
}
