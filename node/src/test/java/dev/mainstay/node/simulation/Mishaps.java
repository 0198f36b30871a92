package dev.mainstay.node.simulation;

import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Caller;
import dev.mainstay.node.common.Member;
import dev.mainstay.node.leader.MemberChange;
import dev.mainstay.node.membership.Members;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What goes wrong: which kinds at all, how often, and to whom is the schedule's choice. */
final class Mishaps {

    private static final int MOST_MEMBERS_EVER = 8;
    private static final int FEWEST_VOTERS = 2;

    private final Timeline timeline;
    private final Network network;
    private final Judge judge;
    private final Flaw flaw;
    private final Set<Kind> kinds = EnumSet.noneOf(Kind.class);
    private final List<Kind> drawn = new ArrayList<>();
    private final int pauseMillis;
    private long lastId;
    private boolean stopped;

    /** The kinds of mishaps, each as often as its weight among those of a schedule. */
    enum Kind {
        CRASH(4),
        LONG_CRASH(1),
        PAUSE(3),
        STOPPED_CLOCK(2),
        PARTITION(4),
        ONE_WAY(2),
        ISOLATED_LEADER(3),
        LOSS(2),
        SLOWNESS(2),
        MOVED_LEADER(4),
        FLUSH(6),
        MEMBERS(6);

        private final int weight;

        Kind(int weight) {
            this.weight = weight;
        }
    }

    Mishaps(Timeline timeline, Network network, Judge judge, Flaw flaw, long lastId) {
        this.timeline = timeline;
        this.network = network;
        this.judge = judge;
        this.flaw = flaw;
        this.lastId = lastId;
        for (Kind kind : Kind.values()) {
            // A clock that stands still takes a promise of leases away: seldom.
            if (timeline.chance(kind == Kind.STOPPED_CLOCK ? 120 : 550)) {
                kinds.add(kind);
            }
        }
        for (Kind kind : kinds) {
            for (int i = 0; i < kind.weight; i++) {
                drawn.add(kind);
            }
        }
        pauseMillis = (int) timeline.between(150, 1_500);
    }

    /** The kinds of this schedule. */
    Set<Kind> kinds() {
        return kinds;
    }

    void start() {
        if (!drawn.isEmpty()) {
            next();
        }
    }

    private void next() {
        timeline.later(timeline.between(1_000, pauseMillis * 2_000L), "mishap", () -> {
            if (!stopped) {
                happen(timeline.oneOf(drawn));
                next();
            }
        });
    }

    /** Nothing goes wrong any more, and everything comes right again. */
    void end() {
        stopped = true;
        network.heal();
        for (SimulatedMember member : network.members()) {
            member.start();
        }
    }

    private void happen(Kind kind) {
        timeline.note(kind.name());
        List<SimulatedMember> up = network.up();
        if (up.isEmpty()) {
            return;
        }
        SimulatedMember victim = timeline.oneOf(up);
        switch (kind) {
            case CRASH -> crash(victim, timeline.between(20, 2_000));
            case LONG_CRASH -> crash(victim, timeline.between(5_000, 12_000));
            case PAUSE -> victim.pause(timeline.between(1_000, 2_500_000), false);
            case STOPPED_CLOCK -> {
                judge.leases().clockStopped();
                victim.pause(timeline.between(1_000, 2_500_000), true);
            }
            case PARTITION -> partition();
            case ONE_WAY -> {
                network.cut(victim.id(), timeline.oneOf(up).id());
                healLater(timeline.between(100, 2_500));
            }
            case ISOLATED_LEADER -> isolateLeader();
            case LOSS -> {
                network.lose((int) timeline.between(20, 400));
                healLater(timeline.between(200, 2_500));
            }
            case SLOWNESS -> {
                network.slowDown((int) timeline.between(50, 700));
                healLater(timeline.between(200, 2_500));
            }
            case MOVED_LEADER -> moveLeader();
            case FLUSH -> victim.flush();
            case MEMBERS -> changeMembers(victim);
        }
    }

    private void crash(SimulatedMember victim, long downMillis) {
        if (timeline.chance(300)) {
            victim.flush();
        }
        victim.crash();
        timeline.later(downMillis * 1_000, "start", victim::start);
    }

    private void partition() {
        List<SimulatedMember> all = List.copyOf(network.members());
        List<SimulatedMember> side =
                all.stream().filter(_ -> timeline.chance(400)).toList();
        for (SimulatedMember one : side) {
            for (SimulatedMember other : all) {
                if (!side.contains(other)) {
                    network.cut(one.id(), other.id());
                    network.cut(other.id(), one.id());
                }
            }
        }
        healLater(timeline.between(100, 3_500));
    }

    /** A leader whom nobody hears believes in itself for a while; its clients do too. */
    private void isolateLeader() {
        for (SimulatedMember leader : network.up()) {
            if (leader.mustRun().raft().leads()) {
                for (SimulatedMember other : network.members()) {
                    if (other != leader) {
                        network.cut(leader.id(), other.id());
                        network.cut(other.id(), leader.id());
                    }
                }
            }
        }
        healLater(timeline.between(500, 3_500));
    }

    private void healLater(long millis) {
        timeline.later(millis * 1_000, "heal", network::heal);
    }

    private void moveLeader() {
        for (SimulatedMember member : network.up()) {
            SimulatedMember.Running running = member.mustRun();
            if (running.raft().leads()) {
                List<Member> voters = running.members().now().voters();
                if (!voters.isEmpty()) {
                    long heir = timeline.oneOf(voters).id();
                    running.life().later(1, "move leader", () -> {
                        var _ = running.keeper().moveLeader(heir);
                    });
                }
            }
        }
    }

    /** An administrator at work: adds, starts what was added, promotes, removes. */
    private void changeMembers(SimulatedMember asked) {
        SimulatedMember.Running running = asked.mustRun();
        Members members = running.members().now();
        if (members.isEmpty()) {
            return;
        }
        List<Member> learners =
                members.members().stream().filter(Member::learner).toList();
        boolean full = lastId >= MOST_MEMBERS_EVER;
        int dice = timeline.below(100);
        if (dice < 40 && !full) {
            long id = ++lastId;
            boolean learner = timeline.chance(600);
            SimulatedMember added = new SimulatedMember(timeline, network, judge, flaw, id, List.of());
            network.add(added);
            request(running, new MemberChange.Add(id, SimulatedMember.peerUrls(id), learner));
            timeline.later(timeline.between(10, 2_500) * 1_000, "start", added::start);
        } else if (dice < 70 && !learners.isEmpty()) {
            request(running, new MemberChange.Promote(timeline.oneOf(learners).id()));
        } else if (dice < 95 && members.voters().size() > FEWEST_VOTERS) {
            request(
                    running,
                    new MemberChange.Remove(timeline.oneOf(members.members()).id()));
        } else if (!members.removed().isEmpty()) {
            // One that was removed never returns, whoever asks for it.
            long id = timeline.oneOf(members.removed());
            request(running, new MemberChange.Add(id, SimulatedMember.peerUrls(id), true));
        }
    }

    private void request(SimulatedMember.Running running, MemberChange change) {
        Judge.Request request = judge.begins(change.toString(), running.life(), 60_000);
        running.life().later(1, "change of members", () -> {
            var _ = running.changes().request(change, Caller.NOBODY).thenAccept(outcome -> {
                judge.ends(request);
                timeline.note(change + ": " + outcome);
                timeline.check(
                        outcome instanceof Outcome.MembersChanged || outcome instanceof Outcome.Refused,
                        "%s was answered with %s",
                        change,
                        outcome);
            });
        });
    }
}
