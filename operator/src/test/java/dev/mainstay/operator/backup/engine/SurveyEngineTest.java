package dev.mainstay.operator.backup.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.operator.backup.engine.SurveyEngine.Place;
import dev.mainstay.operator.backup.engine.SurveyEngine.Step;
import dev.mainstay.operator.backup.engine.SurveyEngine.View;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When stores are looked at: after backups, when somebody asks, and now and then; one place at a time. */
class SurveyEngineTest {

    private static final int VIEWS = 20_000;
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

    private final SurveyEngine engine = new SurveyEngine();

    private static Place place(
            boolean asked, boolean prunes, @Nullable Integer backedAgo, @Nullable Integer lookedAgo) {
        return new Place("a", true, asked, prunes, ago(backedAgo), ago(lookedAgo), TaskView.ABSENT);
    }

    private static @Nullable Instant ago(@Nullable Integer seconds) {
        return seconds == null ? null : NOW.minusSeconds(seconds);
    }

    private Step decide(Place place) {
        return engine.decide(new View(NOW, true, List.of(place)));
    }

    @Test
    void nobodyIsLookedAtBeforeMembersShip() {
        assertThat(decide(place(false, true, 10, null))).isInstanceOf(Step.Wait.class);
        assertThat(decide(place(true, true, null, null))).isEqualTo(new Step.Survey("a"));
    }

    @Test
    void aBackupIsAReasonAndSoIsWhatItsScheduleLetsGo() {
        assertThat(decide(place(false, false, 200, 300))).isEqualTo(new Step.Survey("a"));
        assertThat(decide(place(false, false, 50, 100))).as("not too often").isInstanceOf(Step.Wait.class);
        assertThat(decide(place(false, false, 700, 650))).isInstanceOf(Step.Wait.class);
        assertThat(decide(place(false, true, 700, 650))).isEqualTo(new Step.Survey("a"));
        assertThat(decide(place(false, true, 700, 90))).isInstanceOf(Step.Wait.class);
    }

    @Test
    void timeIsAReason() {
        int often = (int) SurveyEngine.OFTEN.toSeconds();
        assertThat(decide(place(false, true, often * 2, often))).isEqualTo(new Step.Survey("a"));
        assertThat(decide(place(false, true, often * 2, often - 1))).isInstanceOf(Step.Wait.class);
    }

    private static TaskView.State state(SplittableRandom random) {
        List<TaskView.State> all = List.of(TaskView.State.values());
        return all.get(random.nextInt(all.size()));
    }

    @Test
    void anyMomentHasOneStepAndOneJob() {
        SplittableRandom random = new SplittableRandom(5);
        Set<String> steps = new TreeSet<>();
        for (int i = 0; i < VIEWS; i++) {
            List<Place> places = new ArrayList<>();
            for (int n = random.nextInt(4); n > 0; n--) {
                places.add(new Place(
                        "p" + n,
                        random.nextBoolean(),
                        random.nextBoolean(),
                        random.nextBoolean(),
                        random.nextBoolean() ? null : NOW.minusSeconds(random.nextInt(20_000)),
                        random.nextBoolean() ? null : NOW.minusSeconds(random.nextInt(20_000)),
                        random.nextInt(3) > 0
                                ? TaskView.ABSENT
                                : new TaskView(state(random), null, 0, "", "", Map.of())));
            }
            View view = new View(NOW, random.nextBoolean(), places);

            Step step = engine.decide(view);

            steps.add(step.getClass().getSimpleName());
            assertThat(engine.decide(view)).isEqualTo(step);
            if (step instanceof Step.Survey survey) {
                assertThat(view.usable()).isTrue();
                assertThat(places).noneMatch(place -> place.survey().isRunning());
                Place chosen = places.stream()
                        .filter(place -> place.path().equals(survey.path()))
                        .findFirst()
                        .orElseThrow();
                Instant looked = chosen.looked();
                assertThat(looked == null || !looked.plus(SurveyEngine.SELDOM).isAfter(NOW))
                        .isTrue();
            }
            if (step instanceof Step.RecordFound found) {
                assertThat(places)
                        .anyMatch(place -> place.path().equals(found.path())
                                && !place.survey().isAbsent()
                                && !place.survey().isRunning());
            }
            if (step instanceof Step.Wait wait && wait.until() != null) {
                assertThat(Duration.between(NOW, wait.until())).isPositive();
            }
        }
        assertThat(steps).hasSize(Step.class.getPermittedSubclasses().length);
    }
}
