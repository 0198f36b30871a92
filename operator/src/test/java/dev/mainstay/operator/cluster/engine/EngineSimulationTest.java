package dev.mainstay.operator.cluster.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.operator.cluster.engine.SimulatedWorld.Disk;
import dev.mainstay.operator.cluster.engine.SimulatedWorld.Member;
import dev.mainstay.operator.cluster.engine.SimulatedWorld.Pod;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Whatever is wanted, breaks or is cut off, the quorum isn't broken by us, nothing acknowledged is lost, and in the end the cluster is what
 * was wanted. {@code -Dsimulation.seeds=100000} runs more seeds, {@code -Dseed=42} just that one, with its log.
 */
class EngineSimulationTest {

    private static final int SEEDS = Integer.getInteger("simulation.seeds", 2000);
    private static final int STORMY_TICKS = 150;
    private static final int CALM_TICKS = 800;

    @Test
    void endsInTheWantedStateWhereverItIsKilled() {
        Long only = Long.getLong("seed");
        CrashPoints points = new CrashPoints();
        Set<String> carriedOut = new TreeSet<>();
        long first = only == null ? 1 : only;
        long last = only == null ? SEEDS : only;
        for (long seed = first; seed <= last; seed++) {
            points.addAll(run(seed, new Engine(), only != null, carriedOut));
        }

        System.out.println("engine simulation: seeds " + first + " to " + last + ", " + points.summary());
        if (only == null) {
            // Alarms and lost quorums have tests of their own.
            Set<String> all = new TreeSet<>();
            for (Class<?> action : Action.class.getPermittedSubclasses()) {
                all.add(action.getSimpleName());
            }
            all.removeAll(List.of("Defragment", "Disarm"));
            all.removeAll(QuorumSimulationTest.STEPS);
            assertThat(carriedOut).isEqualTo(all);
            all.removeAll(List.of("Idle", "Wait"));
            assertThat(points.actions("before")).containsAll(all);
            assertThat(points.actions("after")).containsAll(all);
        }
    }

    /** Each safety rule taken away or bent in turn: the simulation notices. */
    @Test
    void noticesPlantedFlaws() {
        assertThat(noticed(without(HealthGate.class))).as("no health gate").isTrue();
        assertThat(noticed(without(QuorumRule.class, IdentityRule.class)))
                .as("identity isn't written down")
                .isTrue();
        assertThat(noticed(with(LeaveRule.class, new HastyLeaveRule())))
                .as("leaves without asking for the quorum")
                .isTrue();
        assertThat(noticed(without(FormerRule.class)))
                .as("members of before go on")
                .isTrue();
        assertThat(noticed(with(PodRule.class, new UnseededPodRule())))
                .as("begins without its backup")
                .isTrue();
        assertThat(noticed(without(MeetRule.class)))
                .as("founds a cluster instead of joining one")
                .isTrue();
        assertThat(noticed(without(PartRule.class))).as("the others stay").isTrue();
        assertThat(noticed(without(LeaveRule.class))).as("nobody leaves").isTrue();
        assertThat(noticed(with(RollRule.class, new HastyRule(new RollRule()))))
                .as("rolls outside of windows")
                .isTrue();
        assertThat(noticed(with(ScaleRule.class, new HastyRule(new ScaleRule()))))
                .as("exchanges volumes outside of windows")
                .isTrue();
    }

    /** Takes members off the list at once. */
    private static final class HastyLeaveRule implements Rule {

        @Override
        public @Nullable Decision consider(Situation s) {
            for (MemberView member : s.members()) {
                ClusterView.Listed listed = s.listed(member);
                if (member.leaving() && listed != null) {
                    return new Decision(
                            "Hasty", new Action.RemoveFromList(member.name(), listed.id()), null, member.name());
                }
            }
            return new LeaveRule().consider(s);
        }
    }

    /** Waits for no window. */
    private record HastyRule(Rule rule) implements Rule {

        @Override
        public @Nullable Decision consider(Situation s) {
            return rule.consider(new Situation(new Observation(
                    s.now(),
                    s.wanted(),
                    s.recorded(),
                    s.everyone(),
                    s.cluster(),
                    s.seed(),
                    s.loss(),
                    Upkeep.ALWAYS,
                    s.elsewhere())));
        }
    }

    /** Begins at once. */
    private static final class UnseededPodRule implements Rule {

        @Override
        public @Nullable Decision consider(Situation s) {
            Decision decision = new PodRule().consider(s);
            return decision != null && decision.action() instanceof Action.Restore restore
                    ? new Decision("Unseeded", new Action.CreatePod(restore.member(), true), null, restore.member())
                    : decision;
        }
    }

    private static Engine without(Class<?>... types) {
        return new Engine(Engine.allRules().stream()
                .filter(rule -> !List.of(types).contains(rule.getClass()))
                .toList());
    }

    private static Engine with(Class<?> type, Rule instead) {
        return new Engine(Engine.allRules().stream()
                .map(rule -> rule.getClass() == type ? instead : rule)
                .toList());
    }

    private static boolean noticed(Engine engine) {
        for (long seed = 1; seed <= 400; seed++) {
            try {
                run(seed, engine, false, new TreeSet<>());
            } catch (AssertionError e) {
                return true;
            }
        }
        return false;
    }

    private static CrashPoints run(long seed, Engine engine, boolean verbose, Set<String> carriedOut) {
        SplittableRandom random = new SplittableRandom(seed);
        SimulatedWorld world = new SimulatedWorld(random.split());
        SimulatedOperator operator = new SimulatedOperator(world, engine, random.split(), 0.05);
        try {
            world.replicas = oneOf(random, 1, 3, 3, 5, 7);
            int others = oneOf(random, 0, 0, 0, 1, 3);
            if (others > 0) {
                world.join(others);
            }
            world.bootstraps = others == 0 && random.nextInt(4) == 0;
            world.windowEvery = oneOf(random, 0, 0, 600, 1200);
            world.windowLength = oneOf(random, 60, 180);
            for (int tick = 0; tick < STORMY_TICKS; tick++) {
                if (random.nextInt(6) > 0) {
                    operator.pass(false);
                }
                if (random.nextInt(10) == 0) {
                    disturb(world, random);
                }
                world.tick(SimulatedWorld.TICK_SECONDS);
            }
            settle(world, random);
            Decision last = null;
            for (int tick = 0; tick < CALM_TICKS; tick++) {
                last = operator.pass(true);
                if (done(world, last)) {
                    break;
                }
                world.tick(
                        last.action() instanceof Action.Wait
                                ? 10 * SimulatedWorld.TICK_SECONDS
                                : SimulatedWorld.TICK_SECONDS);
            }
            verify(world, operator, last);
        } catch (AssertionError e) {
            throw new AssertionError("-Dseed=" + seed + ": " + e.getMessage(), e);
        }
        if (verbose) {
            world.log.forEach(System.out::println);
        }
        carriedOut.addAll(operator.carriedOut);
        return operator.crashPoints;
    }

    private static void disturb(SimulatedWorld world, SplittableRandom random) {
        switch (random.nextInt(15)) {
            case 0, 1 -> {
                if (random.nextInt(8) == 0) {
                    // Who sleeps lets go of volumes that were deleted while they were used.
                    if (world.volumes.values().stream().noneMatch(disk -> disk.deleting) && !world.joined()) {
                        change(world, "sleep", () -> world.replicas = 0);
                    }
                } else {
                    int replicas = oneOf(random, 1, 3, 3, 5, 7);
                    change(world, "scale to " + replicas, () -> world.replicas = replicas);
                }
            }
            case 2 -> {
                String next = "1." + (Integer.parseInt(world.version.split("\\.", -1)[1]) + 1) + ".0";
                boolean settled = world.members.values().stream().allMatch(m -> m.version.equals(world.version));
                if (settled) {
                    change(world, "upgrade to " + next, () -> world.version = next);
                }
            }
            case 3 -> {
                String template = "t" + random.nextInt(100);
                change(world, "template " + template, () -> world.template = template);
            }
            case 4 -> change(world, "bad template", () -> world.template = SimulatedWorld.BAD_TEMPLATE);
            case 5 -> change(world, "grow", () -> world.volumeBytes += 50);
            case 6, 7 -> somePod(world, random, pod -> pod.startsIn = 1 + random.nextInt(5), "container restarts");
            case 8 -> somePod(world, random, pod -> pod.terminal = true, "pod ends");
            case 9 -> someVolume(world, random);
            case 10 -> someMember(world, random, member -> member.leaving = true, "user deletes member");
            case 11 -> someMember(world, random, member -> member.broken = 1 + random.nextInt(5), "member breaks");
            case 12 -> {
                if (world.clusterId != null && world.replicas > 0 && !world.joined() && random.nextInt(3) == 0) {
                    world.restore();
                }
            }
            case 13 -> {
                String other = world.storageClass.equals("slow") ? "fast" : "slow";
                change(world, "storage class " + other, () -> world.storageClass = other);
            }
            case 14 -> {
                if (world.joined() && !world.leave) {
                    change(world, "the others may leave", () -> world.leave = true);
                }
            }
            default -> throw new IllegalStateException();
        }
    }

    private static void change(SimulatedWorld world, String what, Runnable change) {
        change.run();
        world.log.add("-- " + what);
    }

    private static void somePod(SimulatedWorld world, SplittableRandom random, Consumer<Pod> change, String what) {
        if (!world.pods.isEmpty()) {
            String name = List.copyOf(world.pods.keySet()).get(random.nextInt(world.pods.size()));
            Pod pod = Objects.requireNonNull(world.pods.get(name));
            Disk disk = world.volumes.get(name);
            boolean pinsData = disk != null && disk.deleting;
            if (pod.stopsIn < 0 && (!pinsData || spare(world, name))) {
                change(world, what + ": " + name, () -> change.accept(pod));
            }
        }
    }

    /** Only what a cluster must survive: the others agree, and hold what was acknowledged. */
    private static boolean spare(SimulatedWorld world, String name) {
        List<String> voters = world.voters();
        return voters.size() >= 3
                && world.replicas > 0
                && voters.stream()
                        .filter(voter -> !voter.equals(name))
                        .allMatch(voter -> world.serving(voter)
                                && !Objects.requireNonNull(world.volumes.get(voter)).deleting
                                && Objects.requireNonNull(world.volumes.get(voter)).index >= world.acknowledged);
    }

    private static void someVolume(SimulatedWorld world, SplittableRandom random) {
        if (!world.volumes.isEmpty()) {
            String name = List.copyOf(world.volumes.keySet()).get(random.nextInt(world.volumes.size()));
            if (world.list.containsKey(name) && world.members.containsKey(name) && spare(world, name)) {
                change(world, "volume lost: " + name, () -> {
                    Disk disk = Objects.requireNonNull(world.volumes.get(name));
                    switch (random.nextInt(3)) {
                        case 0 -> {
                            world.volumes.remove(name);
                            world.pods.remove(name);
                        }
                        case 1 -> disk.lost = true;
                        default -> disk.deleting = true;
                    }
                });
            }
        }
    }

    private static void someMember(
            SimulatedWorld world, SplittableRandom random, Consumer<Member> change, String what) {
        if (!world.members.isEmpty() && world.clusterId != null) {
            String name = List.copyOf(world.members.keySet()).get(random.nextInt(world.members.size()));
            boolean whole = world.voters().stream().allMatch(world::serving);
            if (whole && (world.voters().size() != 2 || !world.voters().contains(name))) {
                change(world, what + ": " + name, () -> change.accept(Objects.requireNonNull(world.members.get(name))));
            }
        }
    }

    private static int oneOf(SplittableRandom random, int... values) {
        return values[random.nextInt(values.length)];
    }

    /** The weather clears: what is wanted can be had. */
    private static void settle(SimulatedWorld world, SplittableRandom random) {
        change(world, "settle", () -> {
            world.replicas = world.replicas == 0 ? oneOf(random, 0, 3) : world.replicas;
            world.template = "final";
            world.leave = true;
            boolean lone = world.voters().size() <= 2;
            world.members.values().forEach(member -> member.broken = lone ? 0 : Math.min(member.broken, 1));
        });
    }

    private static boolean done(SimulatedWorld world, Decision decision) {
        return decision.action() instanceof Action.Idle
                || (world.replicas == 0
                        && decision.action() instanceof Action.Wait wait
                        && wait.blocker() == Action.Blocker.HIBERNATED);
    }

    private static void verify(SimulatedWorld world, SimulatedOperator operator, @Nullable Decision last) {
        world.check(last != null && done(world, last), "didn't come to rest: " + last);
        int effects = world.log.size();
        for (int tick = 0; tick < 5; tick++) {
            world.tick(SimulatedWorld.TICK_SECONDS);
            operator.pass(true);
        }
        world.check(world.log.size() == effects, "goes on although nothing changed");
        world.check(world.dataKept(), "acknowledged data was lost");
        if (world.replicas == 0) {
            world.check(world.pods.isEmpty(), "a sleeping cluster has pods");
            return;
        }
        world.check(world.quorum(), "no quorum");
        world.check(world.voters().size() == world.replicas, "voters: " + world.voters());
        world.check(world.members.size() == world.replicas, "members: " + world.members.keySet());
        world.check(world.pods.size() == world.replicas, "pods: " + world.pods.keySet());
        world.check(world.volumes.keySet().equals(world.members.keySet()), "volumes: " + world.volumes.keySet());
        world.check(
                world.pods.values().stream()
                        .allMatch(pod -> pod.version.equals(world.version) && pod.template.equals(world.template)),
                "a pod isn't up to date");
        world.check(
                world.volumes.values().stream().allMatch(disk -> disk.storageClass.equals(world.storageClass)),
                "a volume is of another class");
        world.check(
                world.volumes.values().stream().allMatch(disk -> disk.bytes >= world.volumeBytes),
                "a volume didn't grow");
    }
}
