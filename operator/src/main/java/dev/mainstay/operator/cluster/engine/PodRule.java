package dev.mainstay.operator.cluster.engine;

import dev.mainstay.api.v1alpha1.Operation;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Members have pods. One that ended is deleted, one that is missing is made, on the member's own volume and with today's settings but
 * the member's own version. Pods that are being deleted are waited for, never forced. Without a quorum too: that is how it comes back.
 */
final class PodRule implements Rule {

    /** So long a new member waits for the address of its service, to begin with it; later it is made anew once there is one. */
    private static final Duration ADDRESS = Duration.ofSeconds(60);

    @Override
    public String name() {
        return "Pods";
    }

    @Override
    public String guard() {
        return "a member has no pod, or one that has ended";
    }

    @Override
    public @Nullable Decision consider(Situation s) {
        for (MemberView member : s.members()) {
            Action action = member.suspended() ? null : next(s, member);
            if (action instanceof Action.CreatePod && s.founded() && !s.quorum()) {
                return new Decision("Pods", together(s), null, member.name());
            }
            if (action != null) {
                return new Decision("Pods", action, operation(s, action), member.name());
            }
        }
        return null;
    }

    /** All that are missing: one at a time, each pass would wait for the answers of members that can't agree yet. */
    private static Action together(Situation s) {
        List<Action.CreatePod> missing = s.members().stream()
                .filter(member -> !member.suspended())
                .map(member -> next(s, member))
                .filter(Action.CreatePod.class::isInstance)
                .map(Action.CreatePod.class::cast)
                .toList();
        return missing.size() == 1
                ? missing.getFirst()
                : new Action.CreatePods(
                        missing.stream().map(Action.CreatePod::member).toList());
    }

    private static Operation.@Nullable Type operation(Situation s, Action action) {
        boolean seeds = action instanceof Action.Restore
                || action instanceof Action.RecordSource
                || action instanceof Action.ClearRestore
                || action instanceof Action.Wait;
        if (!seeds) {
            return null;
        }
        return s.recorded().incarnation() > 1 ? Operation.Type.RESTORE_IN_PLACE : Operation.Type.BOOTSTRAP;
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
        if (member.care().awaitsAddress() && !s.past(member.created(), ADDRESS)) {
            return null;
        }
        Action seeds = founds ? seed(s, member) : null;
        if (seeds != null) {
            return seeds;
        }
        if (!member.templateHash().equals(s.wanted().templateHash())) {
            return new Action.SetTemplate(
                    member.name(), member.version(), s.wanted().templateHash());
        }
        return new Action.CreatePod(member.name(), founds);
    }

    /** What is to be done before the first member may begin; null for nothing. */
    private static @Nullable Action seed(Situation s, MemberView member) {
        return switch (s.seed().state()) {
            case NONE, DONE -> null;
            case FOUND -> new Action.RecordSource();
            case READY -> new Action.Restore(member.name());
            case RETRY -> new Action.ClearRestore(member.name());
            case OUT_OF_REACH -> new Action.Wait(Action.Blocker.TARGET, s.seed().why());
            case BLOCKED, RUNNING, FAILED ->
                new Action.Wait(Action.Blocker.SEED, s.seed().why());
        };
    }

    /** A member starts only once it is on the list; without a quorum, who answered before was. */
    private static boolean mayStart(Situation s, MemberView member) {
        return s.listed(member) != null || (member.everSeen() && !s.quorum());
    }
}
