package dev.mainstay.operator.backup.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.operator.backup.engine.ScheduleEngine.Drill;
import dev.mainstay.operator.backup.engine.ScheduleEngine.Keeps;
import dev.mainstay.operator.backup.engine.ScheduleEngine.Run;
import dev.mainstay.operator.backup.engine.ScheduleEngine.Step;
import dev.mainstay.operator.backup.engine.ScheduleEngine.Times;
import dev.mainstay.operator.backup.engine.ScheduleEngine.View;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Schedules in a simulated world: backups that last, fail and overlap, an operator that sleeps for hours and is killed before and after every effect.
 * No time is used twice, none after its deadline, and none is let pass while everything works.
 */
class ScheduleSimulationTest {

    private static final int SEEDS = Integer.getInteger("simulation.seeds", 500);
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration EVERY = Duration.ofHours(1);
    private static final Duration DEADLINE = Duration.ofMinutes(20);

    private static final class Backup {
        private final String name;
        private final Instant time;
        private final Instant created;
        private int takes;
        private Run.State state = Run.State.ACTIVE;
        private @Nullable Instant completed;

        Backup(String name, Instant time, Instant created, int takes) {
            this.name = name;
            this.time = time;
            this.created = created;
            this.takes = takes;
        }
    }

    private static final class World {
        private final SplittableRandom random;
        private final boolean replaces;
        private final @Nullable Keeps keeps;
        private final List<Backup> backups = new ArrayList<>();
        private final Set<String> everMade = new TreeSet<>();
        private final Set<Instant> passed = new TreeSet<>();
        private final Set<Instant> taken = new TreeSet<>();
        private final Set<Instant> missed = new TreeSet<>();
        private Instant now = START;
        private Instant lastTime = START;
        private Instant lastDrill = START;
        private @Nullable Instant lastPrune;
        private TaskView prune = TaskView.ABSENT;
        private TaskView drill = TaskView.ABSENT;
        private int prunes;
        private boolean suspended;
        private boolean calm;

        World(SplittableRandom random) {
            this.random = random;
            this.replaces = random.nextBoolean();
            this.keeps = random.nextBoolean() ? new Keeps(1 + random.nextInt(3), random.nextInt(2)) : null;
        }

        private Times times(Duration offset) {
            long hours = Math.floorDiv(Duration.between(START.plus(offset), now).toSeconds(), EVERY.toSeconds());
            Instant last = START.plus(offset).plus(EVERY.multipliedBy(hours));
            return new Times("", last, last.plus(EVERY));
        }

        View view() {
            return new View(
                    now,
                    false,
                    suspended,
                    replaces,
                    DEADLINE,
                    times(Duration.ZERO),
                    lastTime,
                    backups.stream()
                            .map(backup ->
                                    new Run(backup.name, backup.time, backup.created, backup.state, backup.completed))
                            .toList(),
                    new Drill(times(Duration.ofMinutes(30)), lastDrill, drill),
                    keeps,
                    true,
                    lastPrune,
                    prune,
                    StoreView.USABLE);
        }

        void tick(Duration time) {
            now = now.plus(time);
            for (Backup backup : backups) {
                if (backup.state == Run.State.ACTIVE && --backup.takes <= 0) {
                    backup.state = !calm && random.nextInt(4) == 0 ? Run.State.FAILED : Run.State.SUCCEEDED;
                    backup.completed = backup.state == Run.State.SUCCEEDED ? now : null;
                }
            }
            prune = ended(prune);
            drill = ended(drill);
        }

        private TaskView ended(TaskView task) {
            return task.isRunning() && random.nextInt(3) == 0
                    ? new TaskView(
                            random.nextInt(4) == 0 ? TaskView.State.FAILED : TaskView.State.SUCCEEDED,
                            now,
                            0,
                            "",
                            "",
                            Map.of())
                    : task;
        }
    }

    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    @Test
    void everyTimeIsUsedOnceOrSaidToHavePassed() {
        Long only = Long.getLong("seed");
        Map<String, Integer> steps = new TreeMap<>();
        for (long seed = only == null ? 1 : only; seed <= (only == null ? SEEDS : only); seed++) {
            try {
                run(seed, steps);
            } catch (AssertionError e) {
                throw new AssertionError("-Dseed=" + seed + ": " + e.getMessage(), e);
            }
        }

        // Unreadable schedules have tests of their own.
        assertThat(only != null || steps.size() == Step.class.getPermittedSubclasses().length - 1)
                .as(steps.toString())
                .isTrue();
    }

    private static void run(long seed, Map<String, Integer> steps) {
        SplittableRandom random = new SplittableRandom(seed);
        World world = new World(random);
        ScheduleEngine engine = new ScheduleEngine();
        for (int i = 0; i < 150; i++) {
            pass(world, engine, steps);
            boolean sleeps = random.nextInt(40) == 0;
            world.tick(sleeps ? Duration.ofHours(1 + random.nextInt(30)) : Duration.ofMinutes(1 + random.nextInt(6)));
            if (random.nextInt(30) == 0) {
                world.suspended = !world.suspended;
            }
        }
        world.calm = true;
        world.suspended = false;
        world.tick(Duration.ofHours(30));
        settle(world, engine, steps);
        int before = world.taken.size();
        Instant from = world.lastTime;
        for (int hour = 0; hour < 5; hour++) {
            // As precisely as it asks to be called again.
            Instant next = wake(engine.decide(world.view()));
            world.tick(Duration.between(world.now, next));
            settle(world, engine, steps);
        }
        assertThat(world.lastTime).isAfter(from);
        assertThat(world.taken.size()).isGreaterThan(before);
        assertThat(world.missed).allMatch(time -> !time.isAfter(from));
        if (world.keeps != null) {
            assertThat(world.backups.stream().filter(backup -> backup.state == Run.State.SUCCEEDED))
                    .hasSizeLessThanOrEqualTo(world.keeps.succeeded());
        }
        assertThat(world.prunes).isPositive();
    }

    private static Instant wake(Step step) {
        return Objects.requireNonNull(((Step.Wait) step).until());
    }

    private static void settle(World world, ScheduleEngine engine, Map<String, Integer> steps) {
        for (int i = 0; i < 100; i++) {
            pass(world, engine, steps);
            world.tick(Duration.ofSeconds(1));
        }
        assertThat(engine.decide(world.view())).isInstanceOf(Step.Wait.class);
    }

    private static void pass(World world, ScheduleEngine engine, Map<String, Integer> steps) {
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
        int chance = world.calm ? 100 : world.random.nextInt(15);
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
            case Step.Wait wait ->
                assertThat(wait.until() == null || wait.until().isAfter(world.now))
                        .isTrue();
            case Step.Invalid _ -> throw new AssertionError("a schedule that can be read");
            case Step.Take take -> take(world, take.time());
            case Step.Miss miss ->
                effect(world, () -> {
                    assertThat(world.now).isAfter(miss.time().plus(DEADLINE));
                    assertThat(world.taken.contains(miss.time()) && world.passed.contains(miss.time()))
                            .as("used and said to be missed")
                            .isFalse();
                    world.missed.add(miss.time());
                    world.lastTime = miss.time();
                });
            case Step.Remove remove ->
                effect(world, () -> world.backups.removeIf(backup -> backup.name.equals(remove.name())));
            case Step.Prune _ ->
                effect(world, () -> {
                    world.prunes++;
                    world.prune = world.prune.isAbsent() ? TaskView.running("") : world.prune;
                });
            case Step.RecordPruned pruned -> {
                effect(world, () -> world.lastPrune = pruned.until());
                effect(world, () -> world.prune = world.prune.isRunning() ? world.prune : TaskView.ABSENT);
            }
            case Step.Prove prove -> {
                effect(world, () -> world.drill = world.drill.isAbsent() ? TaskView.running("") : world.drill);
                effect(world, () -> world.lastDrill = prove.time());
            }
            case Step.RecordProven _ ->
                effect(world, () -> world.drill = world.drill.isRunning() ? world.drill : TaskView.ABSENT);
        }
    }

    private static void take(World world, Instant time) {
        if (!world.everMade.contains("n-" + time)) {
            assertThat(world.suspended).isFalse();
            assertThat(world.now).isBeforeOrEqualTo(time.plus(DEADLINE));
            assertThat(world.backups.stream().filter(backup -> backup.state == Run.State.ACTIVE))
                    .isEmpty();
        }
        effect(world, () -> {
            String name = "n-" + time;
            if (world.backups.stream().noneMatch(backup -> backup.name.equals(name))) {
                boolean again = !world.everMade.add(name);
                assertThat(again).as("a time was used twice: " + name).isFalse();
                world.backups.add(new Backup(name, time, world.now, 1 + world.random.nextInt(world.calm ? 10 : 25)));
            }
            world.taken.add(time);
        });
        effect(world, () -> {
            world.passed.add(time);
            world.lastTime = time;
        });
    }
}
