package dev.mainstay.e2e.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RequestOp;
import dev.mainstay.etcd.proto.TxnRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SequencesTest {
    @Test
    void theSameSeedGivesTheSameSequence() {
        assertThat(sequence(7, 2_000)).isEqualTo(sequence(7, 2_000)).isNotEqualTo(sequence(8, 2_000));
    }

    @Test
    void everyStepSurvivesItsTextForm() {
        for (Step step : sequence(9, 3_000, 3)) {
            assertThat(Step.parse(step.toString())).isEqualTo(step);
        }
    }

    @Test
    void theOtherGamesHaveSequencesAndTextsAsWell() {
        repeatable(new AuthGame());
        repeatable(new RecipeGame());
        repeatable(new GatewayGame());
    }

    private static <S> void repeatable(Game<S> game) {
        List<S> steps = game.sequence(7, 1_500, 3);

        assertThat(game.sequence(7, 1_500, 3)).isEqualTo(steps);
        assertThat(game.sequence(8, 1_500, 3)).isNotEqualTo(steps);
        assertThat(steps)
                .allSatisfy(step -> assertThat(game.parse(step.toString())).isEqualTo(step));
    }

    @Test
    void theStepsAreTheSameHoweverManyMembersTheyAreSpreadOver() {
        List<Step> spread = sequence(9, 3_000, 3);

        assertThat(spread.stream().map(step -> step.at(0))).containsExactlyElementsOf(sequence(9, 3_000, 1));
        assertThat(spread.stream().map(Step::member).distinct()).containsExactlyInAnyOrder(0, 1, 2);
    }

    @Test
    void symbolsAreBoundAtAnyDepthAndNumbersAreLeftAlone() {
        RangeRequest symbolic = RangeRequest.newBuilder()
                .setRevision(SymbolicRevisions.current(-3))
                .setMinModRevision(SymbolicRevisions.compacted(1))
                .setLimit(Long.MAX_VALUE)
                .build();
        TxnRequest txn = TxnRequest.newBuilder()
                .addSuccess(RequestOp.newBuilder().setRequestRange(symbolic))
                .build();

        TxnRequest bound = (TxnRequest) SymbolicRevisions.bind(txn, 100, 40, 5);

        assertThat(bound.getSuccess(0).getRequestRange())
                .isEqualTo(RangeRequest.newBuilder()
                        .setRevision(97)
                        .setMinModRevision(41)
                        .setLimit(Long.MAX_VALUE)
                        .build());
    }

    @Test
    void shrinkingFindsTheTwoStepsThatMatter() {
        List<Step> steps = sequence(3, 500);
        Step first = steps.get(300);
        Step second = steps.get(499);

        List<Step> smallest = new Shrinker<Step>(
                        trial -> trial.contains(first) && trial.contains(second), Duration.ofSeconds(30))
                .shrink(new ArrayList<>(steps));

        assertThat(smallest).containsExactly(first, second);
    }

    private static List<Step> sequence(long seed, int length) {
        return sequence(seed, length, 1);
    }

    private static List<Step> sequence(long seed, int length, int members) {
        StepGenerator generator = new StepGenerator(seed, members);
        return Stream.generate(generator::next).limit(length).toList();
    }
}
