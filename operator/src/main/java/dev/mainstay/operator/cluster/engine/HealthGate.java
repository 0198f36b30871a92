package dev.mainstay.operator.cluster.engine;

import org.jspecify.annotations.Nullable;

/** What follows waits until every member has served for a while, votes, and no alarm stands. */
final class HealthGate implements Rule {

    @Override
    public String guard() {
        return "a member isn't ready, or an alarm stands";
    }

    @Override
    public @Nullable Decision consider(Situation s) {
        for (MemberView member : s.members()) {
            if (member.leaving() && s.listed(member) == null && s.founded()) {
                continue;
            }
            MemberView.PodView pod = member.pod();
            boolean well = s.voter(member)
                    && member.serving()
                    && pod != null
                    && !pod.terminating()
                    && s.past(member.readySince(), s.wanted().policy().ready());
            if (!well) {
                return wait(Action.Blocker.HEALTH, member.name() + " isn't ready yet");
            }
        }
        for (ClusterView.Listed voter : s.voters()) {
            if (s.member(voter.name()) == null && !s.strangers().contains(voter)) {
                return wait(
                        Action.Blocker.HEALTH,
                        "voter " + voter.id() + " has no EtcdMember: remove it from the member list");
            }
        }
        if (!s.cluster().alarms().isEmpty()) {
            return wait(
                    Action.Blocker.SPACE,
                    "an alarm stands: raise storage.size or config.backendQuota, or delete keys, compact and defragment");
        }
        return null;
    }

    private static Decision wait(Action.Blocker blocker, String why) {
        return new Decision("HealthGate", new Action.Wait(blocker, why), null, null);
    }
}
