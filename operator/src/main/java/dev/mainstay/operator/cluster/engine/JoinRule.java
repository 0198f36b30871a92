package dev.mainstay.operator.cluster.engine;

import dev.mainstay.api.v1alpha1.Operation;
import dev.mainstay.operator.cluster.engine.ClusterView.Listed;
import org.jspecify.annotations.Nullable;

/**
 * Takes new members through their steps: volume, member list, pod, vote. One learner at a time; one that isn't needed any more, or
 * never catches up, leaves again.
 */
final class JoinRule implements Rule {

    @Override
    public String guard() {
        return "a member isn't on the list yet, or has no vote";
    }

    @Override
    public @Nullable Decision consider(Situation s) {
        if (!s.quorum()) {
            return null;
        }
        Listed learner = s.learner();
        if (learner != null) {
            return learn(s, learner);
        }
        for (MemberView member : s.staying()) {
            if (s.listed(member) == null) {
                return add(s, member);
            }
        }
        return null;
    }

    @Override
    public @Nullable String heldBack(Situation s) {
        boolean joins = s.learner() != null || s.staying().stream().anyMatch(member -> s.listed(member) == null);
        return joins && s.founded() && !s.quorum() ? "nobody can join without a quorum" : null;
    }

    private static Decision learn(Situation s, Listed learner) {
        MemberView member = s.member(learner.name());
        if (member == null) {
            return decision(
                    new Action.Wait(
                            Action.Blocker.LEARNER,
                            "learner " + learner.id() + " isn't ours: promote it or remove it from the member list"),
                    s,
                    null);
        }
        if (s.staying().size() > target(s) && !member.leaving()) {
            return decision(new Action.MarkLeaving(member.name(), "is no longer wanted"), s, member);
        }
        if (member.answer() != null
                && member.serving()
                && member.answer().index() + Situation.LEARNER_LAG >= s.leaderIndex()) {
            return decision(new Action.Promote(member.name(), learner.id()), s, member);
        }
        boolean stuck = s.past(member.created(), s.wanted().policy().stepDeadline()) || s.dataLost(member);
        if (stuck && !member.leaving() && s.wanted().policy().replaceByItself()) {
            return decision(new Action.MarkLeaving(member.name(), "doesn't catch up"), s, member);
        }
        return decision(new Action.Wait(Action.Blocker.LEARNER, member.name() + " fetches what it lacks"), s, member);
    }

    private static Decision add(Situation s, MemberView member) {
        if (s.staying().size() > target(s)) {
            return decision(new Action.MarkLeaving(member.name(), "is no longer wanted"), s, member);
        }
        if (s.wanted().volumes().claims() && member.volume() == null) {
            return decision(new Action.CreateVolume(member.name()), s, member);
        }
        return decision(new Action.AddLearner(member.name()), s, member);
    }

    /** Members wanted, with one more while volumes are exchanged: that begins in maintenance windows only, but is finished outside. */
    static int target(Situation s) {
        boolean welcome = s.upkeep().open() || s.staying().size() > s.wanted().replicas();
        boolean stale = welcome && s.staying().stream().anyMatch(s::staleVolume);
        return s.wanted().replicas() + (stale ? 1 : 0);
    }

    private static Decision decision(Action action, Situation s, @Nullable MemberView member) {
        boolean grows = s.members().size() <= s.wanted().replicas();
        return new Decision(
                "Join",
                action,
                grows ? Operation.Type.SCALE_OUT : Operation.Type.REPLACE,
                member == null ? null : member.name());
    }
}
