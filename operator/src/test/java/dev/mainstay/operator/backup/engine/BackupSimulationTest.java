package dev.mainstay.operator.backup.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.operator.backup.engine.BackupEngine.Obstacle;
import dev.mainstay.operator.backup.engine.BackupEngine.Step;
import dev.mainstay.operator.backup.engine.BackupEngine.View;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Backups in a simulated world: jobs that take their time, fail, run twice and vanish, stores and clusters that come and go, people who delete, an
 * operator that is killed before and after every effect and whose effects happen twice. Each backup ends with one outcome that never changes,
 * nothing stays in a store that should have gone, and at the end nothing is done any more.
 */
class BackupSimulationTest {

    private static final int SEEDS = Integer.getInteger("simulation.seeds", 3000);
    private static final Duration TICK = Duration.ofSeconds(20);

    private enum Kind {
        CREATE,
        VERIFY,
        DELETE
    }

    /** A job. */
    private static final class Job {
        private int takes;
        private TaskView view = TaskView.running("");

        Job(int takes) {
            this.takes = takes;
        }
    }

    private static final class World {
        private final SplittableRandom random;
        private final Map<Kind, Job> jobs = new EnumMap<>(Kind.class);
        private final Map<String, Boolean> stored = new TreeMap<>();
        private final Instant deadline;
        private Instant now = Instant.parse("2026-01-01T00:00:00Z");
        private final boolean deletes;
        private final boolean proves;
        private boolean held;
        private boolean deleted;
        private boolean gone;
        private boolean calm;
        private StoreView store = StoreView.missing("s");
        private @Nullable Obstacle cluster = new Obstacle("ClusterMissing", "none");
        private @Nullable String id;
        private @Nullable Boolean made;
        private @Nullable Boolean proven;
        private int backups;

        World(SplittableRandom random) {
            this.random = random;
            this.deletes = random.nextBoolean();
            this.proves = random.nextBoolean();
            this.deadline = now.plus(TICK.multipliedBy(10 + random.nextInt(30)));
        }

        View view() {
            return new View(
                    now,
                    deleted,
                    held,
                    deletes,
                    proves,
                    deadline,
                    id,
                    made,
                    proven,
                    store,
                    cluster,
                    task(Kind.CREATE),
                    task(Kind.VERIFY),
                    task(Kind.DELETE));
        }

        private TaskView task(Kind kind) {
            Job job = jobs.get(kind);
            return job == null ? TaskView.ABSENT : job.view;
        }

        void tick() {
            now = now.plus(TICK);
            jobs.forEach((kind, job) -> {
                if (job.view.isRunning() && --job.takes <= 0) {
                    end(kind, job);
                }
            });
            if (!calm) {
                weather();
            }
        }

        private void end(Kind kind, Job job) {
            boolean fails = !calm && random.nextInt(4) == 0;
            String name = "";
            if (kind == Kind.CREATE) {
                backups++;
                name = "b" + backups;
                stored.put(name, true);
            } else if (kind == Kind.DELETE && !fails && id != null) {
                stored.remove(id);
            } else if (kind == Kind.DELETE && !fails) {
                stored.clear();
            }
            TaskView.State state = !fails
                    ? TaskView.State.SUCCEEDED
                    : random.nextBoolean() ? TaskView.State.FAILED : TaskView.State.LATE;
            job.view = new TaskView(
                    state, now, fails ? 1 : 0, "", fails ? "broken" : "", fails ? Map.of() : Map.of("id", name));
            if (fails && kind == Kind.CREATE) {
                // What a job that failed leaves isn't a backup.
                stored.remove(name);
            }
        }

        private void weather() {
            switch (random.nextInt(12)) {
                case 0 -> store = StoreView.missing("s");
                case 1 -> store = StoreView.broken("SecretMissing", "no secret");
                case 2, 3 -> store = StoreView.USABLE;
                case 4 -> cluster = new Obstacle("ClusterUnavailable", "no quorum");
                case 5, 6 -> cluster = null;
                case 7 -> {
                    if (random.nextInt(6) == 0) {
                        deleted = true;
                        gone = !held;
                    }
                }
                default -> {}
            }
        }
    }

    /** The operator is gone. */
    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    @Test
    void endsWithOneOutcomeWhereverItIsKilled() {
        Long only = Long.getLong("seed");
        Map<String, Integer> steps = new TreeMap<>();
        for (long seed = only == null ? 1 : only; seed <= (only == null ? SEEDS : only); seed++) {
            try {
                run(seed, steps);
            } catch (AssertionError e) {
                throw new AssertionError("-Dseed=" + seed + ": " + e.getMessage(), e);
            }
        }

        assertThat(only != null || steps.size() == Step.class.getPermittedSubclasses().length)
                .as(steps.toString())
                .isTrue();
    }

    private static void run(long seed, Map<String, Integer> steps) {
        SplittableRandom random = new SplittableRandom(seed);
        World world = new World(random);
        BackupEngine engine = new BackupEngine();
        for (int i = 0; i < 120 && !world.gone; i++) {
            pass(world, engine, steps);
            if (random.nextInt(3) > 0) {
                world.tick();
            }
        }
        world.calm = true;
        world.store = world.deleted && random.nextBoolean() ? StoreView.missing("s") : StoreView.USABLE;
        world.cluster = null;
        for (int i = 0; i < 200 && !world.gone; i++) {
            pass(world, engine, steps);
            world.tick();
        }
        verify(world, engine);
    }

    private static void verify(World world, BackupEngine engine) {
        if (world.gone) {
            boolean kept = world.deletes && world.held;
            assertThat(kept).as("it went while our finalizer was on it").isFalse();
            return;
        }
        assertThat(world.deleted).as("its deletion hangs").isFalse();
        assertThat(world.made).as("no outcome").isNotNull();
        assertThat(world.made && world.proves && world.proven == null)
                .as("not proven")
                .isFalse();
        assertThat(engine.decide(world.view())).isEqualTo(new Step.None());
    }

    private static void pass(World world, BackupEngine engine, Map<String, Integer> steps) {
        View view = world.view();
        Step step = engine.decide(view);
        assertThat(engine.decide(view)).isEqualTo(step);
        var _ = steps.merge(step.getClass().getSimpleName(), 1, Integer::sum);
        try {
            act(world, step);
        } catch (Killed e) {
            assertThat(world.calm).isFalse();
        }
    }

    private static void effect(World world, Runnable change) {
        int chance = world.calm ? 100 : world.random.nextInt(20);
        if (chance == 0) {
            throw new Killed();
        }
        change.run();
        if (chance == 1) {
            throw new Killed();
        }
        if (chance == 2) {
            change.run();
        }
    }

    private static void act(World world, Step step) {
        switch (step) {
            case Step.None _, Step.Wait _ -> {}
            case Step.Hold _ -> effect(world, () -> world.held = true);
            case Step.Create _ -> {
                assertThat(world.made).isNull();
                assertThat(!world.deletes || world.held)
                        .as("made before it was held")
                        .isTrue();
                start(world, Kind.CREATE);
            }
            case Step.RecordMade _ ->
                effect(world, () -> {
                    assertThat(world.made == null || world.made).isTrue();
                    world.made = true;
                    world.id = world.task(Kind.CREATE).text("id");
                });
            case Step.RecordFailed _ ->
                effect(world, () -> {
                    assertThat(world.made == null || !world.made).isTrue();
                    world.made = false;
                });
            case Step.Verify _ -> start(world, Kind.VERIFY);
            case Step.RecordProven proven ->
                effect(world, () -> {
                    assertThat(world.proven == null || world.proven == proven.good())
                            .isTrue();
                    world.proven = proven.good();
                });
            case Step.StopCreating _ -> effect(world, () -> world.jobs.remove(Kind.CREATE));
            case Step.Delete _ -> start(world, Kind.DELETE);
            case Step.ClearDelete _ ->
                effect(world, () -> {
                    if (world.task(Kind.DELETE).isFailed()) {
                        world.jobs.remove(Kind.DELETE);
                    }
                });
            case Step.Release release ->
                effect(world, () -> {
                    assertThat(world.id != null && release.left().isEmpty() && world.stored.containsKey(world.id))
                            .as("it is still in the store")
                            .isFalse();
                    world.held = false;
                    world.gone = true;
                });
        }
    }

    private static void start(World world, Kind kind) {
        effect(world, () -> world.jobs.putIfAbsent(kind, new Job(1 + world.random.nextInt(6))));
    }
}
