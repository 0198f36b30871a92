package dev.mainstay.operator.cluster.engine;

import dev.mainstay.operator.cluster.engine.SimulatedWorld.Member;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * Observes, decides and acts on a simulated world. Each effect may be the last before the operator is killed, may be refused, may happen
 * though its answer is lost, and may happen twice. A killed operator begins again and remembers nothing.
 */
final class SimulatedOperator {

    private final SimulatedWorld world;
    private final Engine engine;
    private final SplittableRandom random;
    private final double faults;
    final Set<String> carriedOut = new TreeSet<>();
    final CrashPoints crashPoints = new CrashPoints();
    private int effects;
    private String point = "";

    SimulatedOperator(SimulatedWorld world, Engine engine, SplittableRandom random, double faults) {
        this.world = world;
        this.engine = engine;
        this.random = random;
        this.faults = faults;
    }

    /** The operator is gone; what it was about to do doesn't happen. */
    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** One pass; what was decided. */
    Decision pass(boolean calm) {
        report();
        Observation seen = world.observe();
        Decision decision = engine.decide(seen);
        world.check(
                random.nextInt(20) > 0 || decision.equals(engine.decide(seen)),
                "the same situation was decided twice differently");
        carriedOut.add(decision.action().getClass().getSimpleName());
        effects = 0;
        try {
            act(decision.action(), calm);
        } catch (Killed e) {
            crashPoints.add(decision.action().getClass().getSimpleName() + point, world.scenario());
        }
        return decision;
    }

    /** What status remembers of what is seen. */
    private void report() {
        for (MemberView view : world.observe().members()) {
            Member member = Objects.requireNonNull(world.members.get(view.name()));
            member.everSeen |= view.answer() != null;
            if (view.serving()) {
                member.unhealthySince = null;
                member.recreates = 0;
                member.readySince = member.readySince == null ? world.now : member.readySince;
            } else {
                member.readySince = null;
                member.unhealthySince = member.unhealthySince == null ? world.now : member.unhealthySince;
            }
        }
        world.left |= world.joined()
                && world.clusterId != null
                && world.quorum()
                && world.voters().stream().noneMatch(world.strangers::contains);
        world.quorumLostSince = world.clusterId == null || world.quorum()
                ? null
                : world.quorumLostSince == null ? world.now : world.quorumLostSince;
    }

    private void effect(boolean calm, Action action, Runnable change) {
        // What seldom happens is cut off more often, or no seed would.
        double rate = action instanceof Action.AbandonRecovery ? 6 * faults : faults;
        double chance = calm ? 1 : random.nextDouble();
        effects++;
        String which = effects == 1 ? "" : "/" + effects;
        if (chance < rate) {
            point = which + " before";
            throw new Killed();
        }
        world.effect(describe(action), change);
        if (chance < 2 * rate) {
            point = which + " after";
            throw new Killed();
        }
        if (chance < 3 * rate) {
            world.effect(describe(action) + " (again)", change);
        }
    }

    private static String describe(Action action) {
        return action instanceof Action.DeletePod || action instanceof Action.RecreatePod
                ? "delete pod " + action
                : action.toString();
    }

    private void act(Action action, boolean calm) {
        switch (action) {
            case Action.Idle ignored -> {}
            case Action.Wait ignored -> {}
            case Action.RecordClusterId a -> effect(calm, a, () -> world.clusterId = a.clusterId());
            case Action.RecordSource a -> effect(calm, a, () -> world.sourceRecorded = true);
            case Action.Restore a ->
                effect(calm, a, () -> {
                    SimulatedWorld.Disk disk = world.volumes.get(a.member());
                    if (disk != null && disk.restore == Seed.State.READY) {
                        disk.restore = Seed.State.RUNNING;
                        disk.restoreTakes = 3;
                    }
                });
            case Action.ClearRestore a ->
                effect(calm, a, () -> {
                    SimulatedWorld.Disk disk = world.volumes.get(a.member());
                    if (disk != null && disk.restore == Seed.State.RETRY) {
                        disk.restore = Seed.State.READY;
                    }
                });
            case Action.CreateMember a -> {
                effect(calm, a, () -> world.lastMemberNumber = Math.max(world.lastMemberNumber, a.number()));
                String name = SimulatedWorld.CLUSTER + "-" + a.number();
                effect(calm, a, () -> {
                    if (!world.members.containsKey(name)) {
                        world.createMember(a.number(), a.join());
                    }
                });
            }
            case Action.CreateVolume a -> effect(calm, a, () -> world.createVolume(a.member()));
            case Action.GrowVolume a ->
                effect(calm, a, () -> {
                    if (world.volumes.containsKey(a.member())) {
                        Objects.requireNonNull(world.volumes.get(a.member())).bytes = a.bytes();
                    }
                });
            case Action.DeleteVolume a -> effect(calm, a, () -> world.deleteVolume(a.member()));
            case Action.CreatePod a -> effect(calm, a, () -> world.createPod(a.member(), a.founds()));
            case Action.CreatePods a ->
                a.members().forEach(member -> effect(calm, a, () -> world.createPod(member, false)));
            case Action.DeletePod a -> effect(calm, a, () -> world.deletePod(a.member(), a.uid()));
            case Action.RecreatePod a -> {
                effect(calm, new Action.Idle(), () -> {
                    member(a.member()).recreates = a.attempt();
                    member(a.member()).unhealthySince = world.now;
                });
                effect(calm, a, () -> {
                    world.deletePod(a.member(), a.uid());
                    member(a.member()).broken = Math.max(0, member(a.member()).broken - 1);
                });
            }
            case Action.SetTemplate a ->
                effect(calm, a, () -> {
                    member(a.member()).version = a.version();
                    member(a.member()).template = a.templateHash();
                });
            case Action.Suspend a -> effect(calm, a, () -> member(a.member()).suspended = a.suspended());
            case Action.AddLearner a -> ifQuorum(() -> effect(calm, a, () -> world.addLearner(a.member())));
            case Action.Promote a -> ifQuorum(() -> effect(calm, a, () -> world.promote(a.member())));
            case Action.MoveLeader a -> {
                boolean goes = a.from().startsWith("member ") || member(a.from()).leaving;
                world.check(world.open() || goes, "a leader was moved outside of a window");
                ifQuorum(() -> effect(calm, a, () -> world.leader = a.to()));
            }
            case Action.MarkLeaving a -> effect(calm, a, () -> member(a.member()).leaving = true);
            case Action.RemoveFromList a ->
                ifQuorum(() ->
                        effect(calm, a, () -> world.removeFromList(a.member().replaceFirst("^member m", ""))));
            case Action.Forget a ->
                effect(calm, a, () -> {
                    world.check(!world.list.containsKey(a.member()), "a member on the list was forgotten");
                    world.members.remove(a.member());
                });
            case Action.ChooseSurvivor a ->
                effect(calm, a, () -> {
                    world.choose(a.survivor());
                    world.planned = new LostQuorum.Recovery(a.incarnation(), a.survivor(), false);
                });
            case Action.AbandonRecovery a -> effect(calm, a, () -> world.planned = null);
            case Action.RaiseIncarnation a -> effect(calm, a, () -> world.raise(a.incarnation()));
            case Action.BeginAnew a -> effect(calm, a, () -> world.createPod(a.member(), false, a.incarnation()));
            case Action.FinishRecovery a ->
                effect(calm, a, () -> world.recovery = new LostQuorum.Recovery(world.incarnation, a.survivor(), true));
            case Action.Quarantine a -> effect(calm, a, () -> world.quarantine(a.member()));
            case Action.DropQuarantined a -> effect(calm, a, () -> world.dropQuarantined(a.claim()));
            case Action.Defragment a -> effect(calm, a, () -> {});
            case Action.Disarm a -> ifQuorum(() -> effect(calm, a, () -> world.alarms.remove(a.alarm())));
        }
    }

    /** Members change their list only together; without a majority the call fails. */
    private void ifQuorum(Runnable call) {
        if (world.quorum()) {
            call.run();
        }
    }

    private Member member(String name) {
        return Objects.requireNonNull(world.members.get(name));
    }
}
