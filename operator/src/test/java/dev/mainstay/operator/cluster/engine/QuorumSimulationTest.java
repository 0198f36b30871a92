package dev.mainstay.operator.cluster.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.operator.cluster.engine.SimulatedMachines.State;
import dev.mainstay.operator.cluster.engine.SimulatedWorld.Disk;
import dev.mainstay.operator.cluster.engine.SimulatedWorld.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A majority is lost: machines die or are cut off, volumes go, and some of it comes back, sooner or later or never, while the operator is killed
 * after effects. No cluster begins anew while members of before may serve, unless a person said so; nothing is given up for what heals in
 * time; the one that is gone on with knows most of those that can be asked; and in the end there is a whole cluster with all that it knew.
 * {@code -Dsimulation.seeds=100000} runs more seeds, {@code -Dseed=42} just that one, with its log.
 */
class QuorumSimulationTest {

    /** What is carried out here and in no other simulation. */
    static final List<String> STEPS = List.of(
            "ChooseSurvivor",
            "AbandonRecovery",
            "RaiseIncarnation",
            "BeginAnew",
            "FinishRecovery",
            "Quarantine",
            "DropQuarantined");

    private static final int SEEDS = Integer.getInteger("simulation.seeds", 2000);
    private static final int CALM_TICKS = 1500;

    /** For so long the operator is still killed when nothing else happens any more. */
    private static final int LATE_FAULTS = 10;

    /** What became of the stories. */
    private static final class Tally {
        final Set<String> carriedOut = new TreeSet<>();
        final CrashPoints crashPoints = new CrashPoints();
        int recovered;
        int healed;
        int approvals;
    }

    @Test
    void recoversOnceNobodyElseCanServeAndNeverBefore() {
        Long only = Long.getLong("seed");
        Tally tally = new Tally();
        long first = only == null ? 1 : only;
        long last = only == null ? SEEDS : only;
        for (long seed = first; seed <= last; seed++) {
            new Story(seed, new Engine(), tally).play(only != null);
        }

        System.out.println("lost quorums: seeds " + first + " to " + last + ", " + tally.crashPoints.summary()
                + "; began anew " + tally.recovered + ", of them approved " + tally.approvals
                + "; healed " + tally.healed);
        if (only == null) {
            assertThat(tally.carriedOut).containsAll(STEPS);
            assertThat(tally.crashPoints.actions("before")).containsAll(STEPS);
            assertThat(tally.crashPoints.actions("after")).containsAll(STEPS);
            assertThat(tally.recovered).isGreaterThan(SEEDS / 10);
            assertThat(tally.healed).isGreaterThan(SEEDS / 10);
            assertThat(tally.approvals).isGreaterThan(SEEDS / 20);
        }
    }

    /** Each safety rule bent in turn: the simulation notices. */
    @Test
    void noticesPlantedFlaws() {
        assertThat(noticed(with(RecoveryRule.class, new UnprovenRule())))
                .as("goes on without proof")
                .isTrue();
        assertThat(noticed(with(RecoveryRule.class, new StillForcedRule())))
                .as("begins anew again with a flag that is used up")
                .isTrue();
        assertThat(noticed(with(QuorumRule.class, new HastyRule())))
                .as("doesn't wait")
                .isTrue();
        assertThat(noticed(with(QuorumRule.class, new WorstRule())))
                .as("goes on with another")
                .isTrue();
        assertThat(noticed(with(FormerRule.class, s -> null)))
                .as("those that were left out stay")
                .isTrue();
        assertThat(noticed(with(QuarantineRule.class, new ForgetfulRule())))
                .as("volumes go at once")
                .isTrue();
    }

    /** Takes members for stopped that were only told to stop. */
    private static final class UnprovenRule implements Rule {

        @Override
        public @Nullable Decision consider(Situation s) {
            Decision decision = new RecoveryRule().consider(s);
            LostQuorum.Recovery recovery = s.loss().planned();
            return decision != null
                            && recovery != null
                            && decision.action() instanceof Action.Wait wait
                            && wait.blocker() == Action.Blocker.FENCING
                    ? new Decision(
                            "Unproven",
                            new Action.RaiseIncarnation(recovery.incarnation(), recovery.survivor(), ""),
                            null,
                            null)
                    : decision;
        }
    }

    /** Doesn't start the survivor without the flag first. */
    private static final class StillForcedRule implements Rule {

        @Override
        public @Nullable Decision consider(Situation s) {
            Decision decision = new RecoveryRule().consider(s);
            LostQuorum.Recovery recovery = s.loss().planned();
            return decision != null
                            && recovery != null
                            && decision.action() instanceof Action.DeletePod delete
                            && delete.member().equals(recovery.survivor())
                    ? new Decision(
                            "StillForced",
                            new Action.RaiseIncarnation(recovery.incarnation(), recovery.survivor(), ""),
                            null,
                            null)
                    : decision;
        }
    }

    /** Gives up at once. */
    private static final class HastyRule implements Rule {

        @Override
        public @Nullable Decision consider(Situation s) {
            MemberView best = new Survivors(s).best();
            int incarnation = s.recorded().incarnation() + 1;
            return !s.founded()
                            || s.quorum()
                            || best == null
                            || !s.loss().policy().automatic()
                    ? new QuorumRule().consider(s)
                    : choose(s, best, incarnation);
        }
    }

    private static Decision choose(Situation s, MemberView member, int incarnation) {
        return new Decision(
                "Bent",
                new Action.ChooseSurvivor(
                        member.name(), incarnation, false, new Survivors(s).log(member), 0, "for a test"),
                null,
                member.name());
    }

    /** Chooses the one that knows least. */
    private static final class WorstRule implements Rule {

        @Override
        public @Nullable Decision consider(Situation s) {
            Decision decision = new QuorumRule().consider(s);
            Survivors survivors = new Survivors(s);
            return decision != null && decision.action() instanceof Action.ChooseSurvivor chosen
                    ? survivors.answering().stream()
                            .min(Comparator.comparingLong(
                                    member -> survivors.log(member).index()))
                            .map(member -> choose(s, member, chosen.incarnation()))
                            .orElse(decision)
                    : decision;
        }
    }

    /** Drops volumes that were just put aside. */
    private static final class ForgetfulRule implements Rule {

        @Override
        public @Nullable Decision consider(Situation s) {
            return s.loss().quarantined().stream()
                    .filter(volume -> !volume.deleting())
                    .findFirst()
                    .map(volume -> new Decision(
                            "Forgetful", new Action.DropQuarantined(volume.claim()), null, volume.member()))
                    .orElse(null);
        }
    }

    private static Engine with(Class<?> type, Rule instead) {
        return new Engine(Engine.allRules().stream()
                .map(rule -> rule.getClass() == type ? instead : rule)
                .toList());
    }

    private static boolean noticed(Engine engine) {
        for (long seed = 1; seed <= 400; seed++) {
            try {
                new Story(seed, engine, new Tally()).play(false);
            } catch (AssertionError e) {
                return true;
            }
        }
        return false;
    }

    /** One seed's story. */
    private static final class Story {
        private final long seed;
        private final Tally tally;
        private final SplittableRandom random;
        private final SimulatedWorld world;
        private final SimulatedOperator operator;
        private final boolean patient;
        private boolean lostForGood;

        Story(long seed, Engine engine, Tally tally) {
            this.seed = seed;
            this.tally = tally;
            this.random = new SplittableRandom(seed);
            this.world = new SimulatedWorld(random.split());
            this.operator = new SimulatedOperator(world, engine, random.split(), 0.05);
            this.patient = random.nextInt(3) == 0;
        }

        void play(boolean verbose) {
            try {
                world.replicas = List.of(3, 3, 5).get(random.nextInt(3));
                world.lossPolicy = new LostQuorum.Policy(random.nextBoolean(), random.nextBoolean(), Long.MAX_VALUE);
                calm("whole");
                loseAndRecover();
                if (!patient && random.nextInt(3) == 0) {
                    loseAndRecover();
                }
                verify();
            } catch (AssertionError e) {
                throw new AssertionError("-Dseed=" + seed + ": " + e.getMessage(), e);
            }
            if (verbose) {
                world.log.forEach(System.out::println);
            }
            tally.carriedOut.addAll(operator.carriedOut);
            tally.crashPoints.addAll(operator.crashPoints);
        }

        private void loseAndRecover() {
            lostForGood = false;
            disaster();
            for (int turn = 0; turn < (patient ? 10 : 120); turn++) {
                if (random.nextInt(4) > 0) {
                    var _ = operator.pass(false);
                }
                if (!patient && random.nextInt(8) == 0) {
                    disturb();
                }
                world.tick(patient ? 5 : 20);
            }
            end();
            calm("whole again");
        }

        /** A majority goes, and one at least stays. */
        private void disaster() {
            List<String> voters = new ArrayList<>(world.voters());
            int lost = Situation.majority(voters.size())
                    + random.nextInt(voters.size() - Situation.majority(voters.size()));
            for (int i = 0; i < lost; i++) {
                String name = voters.remove(random.nextInt(voters.size()));
                lose(name);
            }
        }

        private void lose(String name) {
            int how = patient ? random.nextInt(2) : random.nextInt(4);
            world.log.add("-- lost in way " + how + ": " + name);
            switch (how) {
                case 0 -> world.machines.cutOff(name, world.running(name));
                case 1, 2 -> world.machines.die(name);
                default -> {
                    // Disk and pod of it; the machine is fine.
                    world.pods.remove(name);
                    world.volumes.remove(name);
                    lostForGood = true;
                }
            }
        }

        private void disturb() {
            List<String> names = List.copyOf(world.members.keySet());
            String name = names.get(random.nextInt(names.size()));
            boolean away = !world.machines.near(name);
            switch (random.nextInt(9)) {
                case 0 -> {
                    if (away && random.nextInt(4) == 0) {
                        say("comes back: " + name, () -> world.machines.comeBack(name));
                    }
                }
                case 1, 2 -> {
                    Pod pod = world.pods.get(name);
                    if (away && pod != null && pod.stopsIn < 0) {
                        say("evicted: " + name, () -> world.stop(pod));
                    }
                }
                case 3 -> {
                    if (world.machines.state(name) == State.DEAD) {
                        say("its machine is deleted: " + name, () -> remove(name));
                    }
                }
                case 4 -> say("out of service: " + name, () -> world.machines.takeOutOfService(name));
                case 5 -> {
                    if (world.machines.state(name) == State.CUT_OFF) {
                        say("dies: " + name, () -> world.machines.die(name));
                    }
                }
                case 6 -> approve();
                case 7 -> {
                    Pod pod = world.pods.get(name);
                    if (!away && pod != null && pod.stopsIn < 0) {
                        say("container restarts: " + name, () -> pod.startsIn = 1 + random.nextInt(3));
                    }
                }
                default -> {
                    if (random.nextInt(3) == 0) {
                        say("approved for another: 7", () -> world.approved = 7);
                    }
                }
            }
        }

        /** With a volume that others reach, the member comes up elsewhere. */
        private void remove(String name) {
            world.machines.remove(name);
            if (world.machines.isRemoved(name) && random.nextBoolean()) {
                world.pods.remove(name);
                world.machines.comeBack(name);
            }
        }

        /** A person looks first, and approves only when those that are away are dead; sometimes before it is asked for. */
        private void approve() {
            boolean dead = world.list.keySet().stream().noneMatch(world.machines::runsFar);
            if (dead && !world.quorum()) {
                say("approved: " + (world.incarnation + 1), () -> world.approved = world.incarnation + 1);
            }
        }

        /** What is away comes back, or is gone for good and people say so. */
        private void end() {
            boolean back = patient || random.nextBoolean();
            for (String name : List.copyOf(world.members.keySet())) {
                if (!world.machines.near(name)) {
                    if (back) {
                        say("comes back: " + name, () -> world.machines.comeBack(name));
                    } else {
                        world.machines.die(name);
                        say("its machine is deleted: " + name, () -> world.machines.remove(name));
                        lostForGood = true;
                    }
                }
            }
            if (lostForGood && !world.lossPolicy.automatic()) {
                approve();
            }
        }

        private void say(String what, Runnable change) {
            change.run();
            world.log.add("-- " + what);
        }

        private void calm(String what) {
            Decision last = null;
            for (int tick = 0; tick < CALM_TICKS; tick++) {
                last = operator.pass(tick >= LATE_FAULTS);
                if (last.action() instanceof Action.Idle && whole()) {
                    return;
                }
                if (last.action() instanceof Action.Wait wait && wait.blocker() == Action.Blocker.APPROVAL) {
                    approve();
                }
                world.tick(last.action() instanceof Action.Wait ? 20 : 5);
            }
            world.check(false, "not " + what + ": " + last);
        }

        private boolean whole() {
            return world.quorum() && world.voters().size() == world.replicas && world.members.size() == world.replicas;
        }

        private void verify() {
            if (patient) {
                world.check(world.forcings == 0 && world.recovery == null, "began anew though all came back in time");
                world.check(world.incarnation == 1, "a blip raised the incarnation");
            }
            tally.recovered += world.forcings > 0 ? 1 : 0;
            tally.approvals += world.forcings > 0 && world.approved == world.incarnation ? 1 : 0;
            tally.healed += world.forcings == 0 ? 1 : 0;
            world.check(world.dataKept(), "what was acknowledged was lost");
            world.check(world.forcings < world.incarnation, "began anew more often than was written down");
            world.check(world.pods.keySet().equals(world.members.keySet()), "pods: " + world.pods.keySet());
            Set<String> aside = new TreeSet<>(world.volumes.keySet());
            aside.removeAll(world.members.keySet());
            world.check(world.quarantined.keySet().containsAll(aside), "volumes that nobody minds: " + aside);
            world.check(aside.stream().noneMatch(world.voters()::contains), "a member's volume is put aside");
            for (Disk disk : world.volumes.values()) {
                world.check(!disk.deleting || world.replicas == 0, "a volume goes");
            }
            Instant before = world.now;
            world.now = before.plus(Duration.ofDays(8));
            for (int pass = 0; pass < 40; pass++) {
                var _ = operator.pass(pass >= LATE_FAULTS);
                world.tick(5);
            }
            world.check(
                    world.volumes.keySet().equals(world.members.keySet()),
                    "volumes after a week: " + world.volumes.keySet());
        }
    }
}
