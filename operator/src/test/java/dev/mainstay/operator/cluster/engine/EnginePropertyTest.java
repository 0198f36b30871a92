package dev.mainstay.operator.cluster.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.operator.cluster.engine.ClusterView.Alarm;
import dev.mainstay.operator.cluster.engine.ClusterView.Listed;
import dev.mainstay.operator.cluster.engine.MemberView.Answer;
import dev.mainstay.operator.cluster.engine.MemberView.Join;
import dev.mainstay.operator.cluster.engine.MemberView.PodView;
import dev.mainstay.operator.cluster.engine.MemberView.VolumeView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What no decision may do, whatever is observed, likely or not. {@code -Dseed=42} runs one seed. */
class EnginePropertyTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final int SEEDS = 20_000;
    private static final List<LostQuorum.Machine> MACHINES = List.of(LostQuorum.Machine.values());

    @Test
    void noDecisionBreaksWhatHolds() {
        Long only = Long.getLong("seed");
        long first = only == null ? 1 : only;
        long last = only == null ? SEEDS : only;
        for (long seed = first; seed <= last; seed++) {
            Observation observation = observation(new SplittableRandom(seed));
            Decision decision = new Engine().decide(observation);

            String what = "-Dseed=" + seed + " " + decision.explained() + "\n" + observation;
            assertThat(new Engine().decide(observation)).as(what).isEqualTo(decision);
            assertThat(holds(observation, decision.action())).as(what).isTrue();
        }
    }

    private static boolean holds(Observation o, Action action) {
        Situation s = new Situation(o);
        boolean changes = !(action instanceof Action.Wait) && !(action instanceof Action.Idle);
        if (o.wanted().paused() && !o.wanted().deleted() && changes) {
            return false;
        }
        return switch (action) {
            case Action.AddLearner ignored -> s.quorum() && s.learner() == null;
            case Action.Promote promote ->
                s.quorum()
                        && s.learner() != null
                        && promote.id().equals(s.learner().id());
            case Action.RemoveFromList remove ->
                s.quorum()
                        && s.quorumAfterRemoval(member(s, remove.member()))
                        && member(s, remove.member()).leaving();
            case Action.MoveLeader move -> s.quorum() && member(s, move.to()).serving();
            case Action.DeleteVolume delete ->
                o.wanted().deleted() || (s.listed(member(s, delete.member())) == null && (s.quorum() || !s.founded()));
            case Action.Forget forget ->
                o.wanted().deleted()
                        || s.former().contains(member(s, forget.member()))
                        || (s.listed(member(s, forget.member())) == null && (s.quorum() || !s.founded()));
            case Action.CreatePod create -> {
                MemberView member = member(s, create.member());
                yield startable(s, member) && (!create.founds() || (!s.founded() && !member.everSeen()));
            }
            case Action.CreatePods create ->
                s.founded()
                        && !s.quorum()
                        && create.members().size() > 1
                        && create.members().stream().allMatch(member -> startable(s, member(s, member)));
            case Action.CreateVolume create -> !member(s, create.member()).everSeen();
            case Action.DeletePod delete -> {
                MemberView member = member(s, delete.member());
                boolean gated = !s.upkeep().open() && delete.why().equals("takes a change");
                if (gated) {
                    yield false;
                }
                boolean dead = member.pod() == null || member.pod().terminal() || !member.serving();
                yield dead
                        || o.loss().planned() != null
                        || (o.loss().recovery() != null && !o.loss().recovery().done())
                        || s.former().contains(member)
                        || o.wanted().replicas() == 0
                        || s.listed(member) == null
                        || s.othersHoldQuorum(member)
                        || s.voters().size() == 1;
            }
            case Action.Defragment defragment ->
                s.quorum() && member(s, defragment.member()).serving();
            case Action.RecreatePod recreate -> !member(s, recreate.member()).serving();
            case Action.GrowVolume grow -> member(s, grow.member()).volume() != null;
            case Action.ChooseSurvivor chosen -> {
                MemberView member = member(s, chosen.survivor());
                yield s.founded()
                        && !s.quorum()
                        && s.past(
                                o.recorded().quorumLostSince(),
                                o.wanted().policy().quorumLoss())
                        && member.answer() != null
                        && member.volume() != null
                        && chosen.incarnation() == o.recorded().incarnation() + 1
                        && chosen.approved() == (o.wanted().approvedIncarnation() == chosen.incarnation())
                        && (chosen.approved() || o.loss().policy().automatic());
            }
            case Action.RaiseIncarnation raised ->
                o.loss().planned() != null
                        && !s.quorum()
                        && member(s, raised.survivor()).answer() != null
                        && s.everyone().stream()
                                .filter(member -> !member.name().equals(raised.survivor()))
                                .allMatch(member -> member.suspended() && stopped(o, member));
            case Action.BeginAnew begun ->
                o.loss().recovery() != null
                        && !o.loss().recovery().done()
                        && o.loss().recovery().incarnation() == o.recorded().incarnation()
                        && o.loss().recovery().survivor().equals(begun.member())
                        && member(s, begun.member()).pod() == null
                        && !s.dataLost(member(s, begun.member()));
            case Action.CreateMember create -> create.number() > o.recorded().lastMemberNumber();
            default -> true;
        };
    }

    private static boolean startable(Situation s, MemberView member) {
        return !member.suspended() && member.pod() == null && !s.dataLost(member);
    }

    private static boolean stopped(Observation o, MemberView member) {
        LostQuorum.Standing standing = o.loss().standing(member.name());
        boolean approved = o.wanted().approvedIncarnation()
                == Objects.requireNonNull(o.loss().planned()).incarnation();
        return member.pod() == null
                || (member.pod().terminating()
                        && ((approved && standing.overdue() && member.answer() == null)
                                || (o.loss().policy().outOfServiceCounts()
                                        && standing.machine() == LostQuorum.Machine.OUT_OF_SERVICE)));
    }

    private static MemberView member(Situation s, String name) {
        return s.everyone().stream()
                .filter(member -> member.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Observation observation(SplittableRandom random) {
        int count = random.nextInt(7);
        boolean founded = random.nextInt(6) > 0;
        int incarnation = founded && random.nextInt(5) == 0 ? 2 : 1;
        List<MemberView> members = new ArrayList<>();
        List<Listed> list = new ArrayList<>();
        boolean learner = false;
        for (int number = 1; number <= count; number++) {
            boolean on = founded && random.nextInt(6) > 0;
            boolean learns = on && !learner && random.nextInt(5) == 0;
            learner |= learns;
            MemberView member = member(random, number, on);
            members.add(member);
            if (on) {
                list.add(new Listed("id" + number, member.name(), learns));
            }
        }
        if (random.nextInt(20) == 0) {
            list.add(new Listed("id99", "", random.nextBoolean() && !learner));
        }
        long voters = list.stream().filter(listed -> !listed.learner()).count();
        long serving = list.stream()
                .filter(listed -> !listed.learner())
                .filter(listed ->
                        members.stream().anyMatch(member -> member.name().equals(listed.name()) && member.serving()))
                .count();
        boolean agreed = voters > 0 && serving > voters / 2 && founded;
        List<Alarm> alarms = random.nextInt(8) == 0
                ? List.of(new Alarm(
                        "id" + (1 + random.nextInt(7)), random.nextBoolean() ? Alarm.Kind.CORRUPT : Alarm.Kind.NOSPACE))
                : List.of();
        return new Observation(
                NOW,
                wanted(random),
                new Recorded(
                        founded ? "cluster" : null,
                        incarnation,
                        count + random.nextInt(2),
                        founded && !agreed ? ago(random) : null),
                members,
                new ClusterView(agreed, list, alarms),
                Seed.NONE,
                founded ? loss(random, members, incarnation) : LostQuorum.NOTHING,
                upkeep(random));
    }

    private static Upkeep upkeep(SplittableRandom random) {
        boolean open = random.nextInt(3) > 0;
        return new Upkeep(
                open,
                open || random.nextBoolean() ? null : NOW.plusSeconds(3600),
                open || random.nextInt(4) > 0 ? "" : "not to be read",
                random.nextBoolean()
                        ? null
                        : new Upkeep.Defragmentation(random.nextBoolean() ? null : ago(random), 100, 80));
    }

    private static LostQuorum loss(SplittableRandom random, List<MemberView> members, int incarnation) {
        SortedMap<String, LostQuorum.Standing> standings = new TreeMap<>();
        members.forEach(member -> standings.put(
                member.name(),
                new LostQuorum.Standing(
                        member.answer() == null
                                ? null
                                : new LostQuorum.LogEnd(random.nextInt(3), random.nextInt(100), random.nextInt(100)),
                        member.pod() == null ? null : ago(random),
                        MACHINES.get(random.nextInt(MACHINES.size())),
                        random.nextBoolean(),
                        random.nextInt(4) == 0 ? incarnation : 0)));
        String survivor = "c-" + (1 + random.nextInt(5));
        return new LostQuorum(
                new LostQuorum.Policy(random.nextBoolean(), random.nextBoolean(), random.nextInt(100)),
                incarnation > 1 ? new LostQuorum.Recovery(incarnation, survivor, random.nextBoolean()) : null,
                random.nextInt(3) == 0 ? new LostQuorum.Recovery(incarnation + 1, survivor, false) : null,
                standings,
                random.nextInt(20) == 0 ? List.of("c-99") : List.of(),
                List.of(),
                random.nextInt(100));
    }

    private static Wanted wanted(SplittableRandom random) {
        return new Wanted(
                "c",
                random.nextInt(30) == 0,
                random.nextInt(20) == 0,
                List.of(0, 1, 3, 5).get(random.nextInt(4)),
                random.nextBoolean() ? "1.0.0" : "1.1.0",
                random.nextBoolean() ? "a" : "b",
                new Wanted.Volumes(
                        random.nextInt(5) > 0,
                        100 + random.nextInt(2) * 50,
                        "",
                        random.nextInt(5) == 0,
                        random.nextBoolean(),
                        random.nextBoolean()),
                new Wanted.Policy(
                        random.nextInt(6) > 0,
                        Duration.ofSeconds(10),
                        9,
                        Duration.ofSeconds(900),
                        random.nextInt(6) > 0,
                        Duration.ofSeconds(300),
                        3,
                        Duration.ofSeconds(900),
                        1000),
                random.nextInt(4));
    }

    private static MemberView member(SplittableRandom random, int number, boolean on) {
        boolean answers = on && random.nextInt(5) > 0;
        boolean serves = answers && random.nextInt(8) > 0;
        PodView pod = answers || random.nextInt(3) > 0
                ? new PodView(
                        "u" + number,
                        !answers && random.nextInt(4) == 0,
                        random.nextInt(6) == 0,
                        random.nextBoolean() ? "1.0.0" : "1.1.0",
                        random.nextBoolean() ? "a" : "b")
                : null;
        VolumeView volume = answers || random.nextInt(6) > 0
                ? new VolumeView(100 + random.nextInt(2) * 50, "", !answers && random.nextInt(8) == 0, false)
                : null;
        return new MemberView(
                "c-" + number,
                number,
                number == 1 ? Join.BOOTSTRAP : Join.LEARNER,
                1,
                random.nextBoolean() ? "1.0.0" : "1.1.0",
                random.nextBoolean() ? "a" : "b",
                random.nextInt(10) == 0,
                random.nextInt(6) == 0,
                answers || (on && random.nextInt(3) > 0),
                Objects.requireNonNull(ago(random)),
                random.nextInt(5),
                serves ? null : ago(random),
                serves ? ago(random) : null,
                pod,
                volume,
                answers
                        ? new Answer(
                                "id" + number,
                                "cluster",
                                "id" + (1 + random.nextInt(3)),
                                serves,
                                random.nextInt(5000),
                                950,
                                random.nextInt(950))
                        : null);
    }

    private static Instant ago(SplittableRandom random) {
        return NOW.minusSeconds(random.nextInt(1500));
    }
}
