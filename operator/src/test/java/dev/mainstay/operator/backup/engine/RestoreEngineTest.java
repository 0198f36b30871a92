package dev.mainstay.operator.backup.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.operator.backup.engine.BackupEngine.Obstacle;
import dev.mainstay.operator.backup.engine.RestoreEngine.Safety;
import dev.mainstay.operator.backup.engine.RestoreEngine.Step;
import dev.mainstay.operator.backup.engine.RestoreEngine.View;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Of generated moments: what a cluster holds is given up only when everything that was asked for before is there. */
class RestoreEngineTest {

    private static final int VIEWS = 50_000;

    @Test
    void nothingIsGivenUpTooEarly() {
        SplittableRandom random = new SplittableRandom(7);
        RestoreEngine engine = new RestoreEngine();
        Set<String> steps = new TreeSet<>();
        for (int i = 0; i < VIEWS; i++) {
            View v = view(random);
            Step step = engine.decide(v);
            steps.add(step.getClass().getSimpleName());

            assertThat(engine.decide(v)).isEqualTo(step);
            if (step instanceof Step.Begin || step instanceof Step.BackUp) {
                assertThat(v.begun() || v.ended() || v.deleted()).isFalse();

                assertThat(v.hopeless() == null && v.obstacle() == null).isTrue();

                assertThat(v.store().isUsable() && v.checked()).isTrue();
            }
            if (step instanceof Step.Begin) {
                boolean safe = v.safety() == Safety.SKIP
                        || v.backup() == TaskView.State.SUCCEEDED
                        || (v.safety() == Safety.BEST_EFFORT
                                && (v.backup() == TaskView.State.FAILED || v.backup() == TaskView.State.LATE));
                assertThat(safe).isTrue();
            }
            if (step instanceof Step.Fail) {
                assertThat(v.begun()).as("there is no way back: " + v).isFalse();
            }
            if (step instanceof Step.RecordDone) {
                assertThat(v.begun() && v.settled()).isTrue();
            }
        }

        assertThat(steps).hasSize(Step.class.getPermittedSubclasses().length);
    }

    private static View view(SplittableRandom random) {
        TaskView.State check = one(random, TaskView.State.values());
        return new View(
                random.nextInt(8) == 0,
                random.nextInt(8) == 0,
                random.nextInt(8) == 0 ? new Obstacle("SourceInvalid", "x") : null,
                random.nextInt(8) == 0 ? new Obstacle("ClusterMissing", "x") : null,
                random.nextInt(4) == 0 ? StoreView.missing("s") : StoreView.USABLE,
                random.nextBoolean(),
                new TaskView(check, null, 0, "", "", Map.of()),
                one(random, Safety.values()),
                one(random, TaskView.State.values()),
                "",
                random.nextInt(4) == 0,
                random.nextBoolean(),
                new Obstacle("Rebuilding", "x"));
    }

    @SafeVarargs
    private static <T> T one(SplittableRandom random, T... values) {
        return values[random.nextInt(values.length)];
    }
}
