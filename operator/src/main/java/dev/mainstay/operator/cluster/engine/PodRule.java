package dev.mainstay.operator.cluster.engine;

import org.jspecify.annotations.Nullable;

/**
 * Members have pods. One that ended is deleted, one that is missing is made, on the member's own volume and with today's settings but
 * the member's own version. Pods that are being deleted are waited for, never forced. Without a quorum too: that is how it comes back.
 */
final class PodRule implements Rule {

    @Override
    public @Nullable Decision consider(Situation s) {
        for (MemberView member : s.members()) {
            Action action = member.suspended() ? null : next(s, member);
            if (action != null) {
                return new Decision("Pods", action, null, member.name());
            }
        }
        return null;
    }

    private static @Nullable Action next(Situation s, MemberView member) {
        MemberView.PodView pod = member.pod();
        if (pod != null) {
            return pod.terminal() && !pod.terminating()
                    ? new Action.DeletePod(member.name(), pod.uid(), "it ended")
                    : null;
        }
        boolean founds = member.join() == MemberView.Join.BOOTSTRAP && !s.founded() && !member.everSeen();
        if (s.dataLost(member) || (!founds && !mayStart(s, member))) {
            return null;
        }
        if (s.wanted().volumes().claims() && member.volume() == null) {
            return new Action.CreateVolume(member.name());
        }
        if (!member.templateHash().equals(s.wanted().templateHash())) {
            return new Action.SetTemplate(
                    member.name(), member.version(), s.wanted().templateHash());
        }
        return new Action.CreatePod(member.name(), founds);
    }

    /** A member starts only once it is on the list; without a quorum, who answered before was. */
    private static boolean mayStart(Situation s, MemberView member) {
        return s.listed(member) != null || (member.everSeen() && !s.quorum());
    }
}
