package dev.mainstay.operator.cluster.engine;

import dev.mainstay.api.v1alpha1.Operation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Goes on with a recovery that was written down: all other members get no pods any more, and it is waited until each is known not to serve;
 * until then all can be taken back. Then the incarnation is raised, and the survivor's pod is made anew, to begin it alone. Nothing else is done
 * before it serves.
 */
final class RecoveryRule implements Rule {

    private static final List<Rule> MAY_HELP = List.of(new GrowVolumesRule(), new RollBrokenRule());

    @Override
    public String guard() {
        return "a recovery from a lost quorum is decided or under way";
    }

    @Override
    public @Nullable Decision consider(Situation s) {
        LostQuorum.Recovery recovery = s.loss().recovery();
        if (recovery != null
                && !recovery.done()
                && recovery.incarnation() == s.recorded().incarnation()) {
            return rebuild(s, recovery);
        }
        LostQuorum.Recovery planned = s.loss().planned();
        return planned == null ? null : fence(s, planned);
    }

    private static Decision fence(Situation s, LostQuorum.Recovery recovery) {
        String reason = reasonToStop(s, recovery);
        if (reason != null) {
            return decision(new Action.AbandonRecovery(reason), recovery.survivor());
        }
        List<MemberView> others = s.everyone().stream()
                .filter(member -> !member.name().equals(recovery.survivor()))
                .toList();
        for (MemberView member : others) {
            if (!member.suspended()) {
                return decision(new Action.Suspend(member.name(), true), member.name());
            }
        }
        for (MemberView member : others) {
            MemberView.PodView pod = member.pod();
            if (pod != null && !pod.terminating()) {
                return decision(
                        new Action.DeletePod(member.name(), pod.uid(), "the cluster goes on without it"),
                        member.name());
            }
        }
        return prove(s, recovery, others);
    }

    /** Why nothing is lost, or nobody wants it any more; null if it is gone on with. */
    private static @Nullable String reasonToStop(Situation s, LostQuorum.Recovery recovery) {
        if (s.quorum()) {
            return "the quorum is back";
        }
        if (recovery.incarnation() != s.recorded().incarnation() + 1) {
            return "another incarnation has begun";
        }
        if (s.wanted().replicas() == 0) {
            return "the cluster is to sleep";
        }
        if (!approved(s, recovery) && !s.loss().policy().automatic()) {
            return "the approval was taken back";
        }
        MemberView survivor = s.member(recovery.survivor());
        return survivor == null || s.dataLost(survivor) ? "the data of " + recovery.survivor() + " are gone" : null;
    }

    private static boolean approved(Situation s, LostQuorum.Recovery recovery) {
        return s.wanted().approvedIncarnation() == recovery.incarnation();
    }

    private static Decision prove(Situation s, LostQuorum.Recovery recovery, List<MemberView> others) {
        FencingProof proof = new FencingProof(s, approved(s, recovery));
        List<String> proofs = new ArrayList<>();
        List<String> open = new ArrayList<>();
        for (MemberView member : others) {
            String proven = proof.of(member);
            if (proven == null) {
                open.add(member.name());
            } else {
                proofs.add(proven);
            }
        }
        if (!approved(s, recovery)) {
            s.loss().strays().forEach(pod -> open.add("pod " + pod));
        }
        if (!open.isEmpty()) {
            String why = "the cluster is to go on with " + recovery.survivor()
                    + " alone, once these are known not to run any more: " + String.join(", ", open) + ". "
                    + FencingProof.whatHelps(s.loss().policy());
            return decision(new Action.Wait(Action.Blocker.FENCING, why), null);
        }
        Decision usual = usually(s, recovery);
        return usual != null
                ? usual
                : decision(
                        new Action.RaiseIncarnation(
                                recovery.incarnation(),
                                recovery.survivor(),
                                proofs.isEmpty() ? "there are no others" : String.join("; ", proofs)),
                        recovery.survivor());
    }

    /**
     * The survivor runs, and was last started without the flag: one that once began anew already, and has been started with the flag ever
     * since, takes it for an old one. Null once that is so.
     */
    private static @Nullable Decision usually(Situation s, LostQuorum.Recovery recovery) {
        Decision pods = new PodRule().consider(s);
        MemberView survivor = s.member(recovery.survivor());
        if (pods != null || survivor == null) {
            return pods;
        }
        MemberView.PodView pod = survivor.pod();
        boolean began = s.loss().standing(survivor.name()).begins() != 0;
        if (pod != null && !pod.terminating() && began) {
            return decision(
                    new Action.DeletePod(survivor.name(), pod.uid(), "starts as usual before it begins anew again"),
                    survivor.name());
        }
        return survivor.answer() != null && !began
                ? null
                : decision(
                        new Action.Wait(
                                Action.Blocker.FENCING,
                                "no other member runs any more; " + survivor.name()
                                        + " must answer before it begins anew"),
                        survivor.name());
    }

    private static Decision rebuild(Situation s, LostQuorum.Recovery recovery) {
        MemberView survivor = s.member(recovery.survivor());
        if (survivor == null || s.dataLost(survivor)) {
            String why = "the data of " + recovery.survivor()
                    + ", which the cluster was to go on with, are gone: bring back a backup with an EtcdRestore. The"
                    + " volumes of the others are still there";
            return decision(new Action.Wait(Action.Blocker.REBUILDING, why), null);
        }
        MemberView.PodView pod = survivor.pod();
        if (pod == null) {
            return decision(make(s, recovery, survivor), survivor.name());
        }
        if (pod.terminating()) {
            return waiting("the pod of " + survivor.name() + " is stopping", survivor);
        }
        boolean begins = s.loss().standing(survivor.name()).begins() == recovery.incarnation();
        if (pod.terminal() || !begins) {
            return decision(new Action.DeletePod(survivor.name(), pod.uid(), "begins anew alone"), survivor.name());
        }
        if (s.quorum() && survivor.serving()) {
            return decision(new Action.FinishRecovery(survivor.name()), survivor.name());
        }
        for (Rule rule : MAY_HELP) {
            Decision help = rule.consider(s);
            if (help != null) {
                return help;
            }
        }
        return waiting(survivor.name() + " begins anew alone", survivor);
    }

    private static Action make(Situation s, LostQuorum.Recovery recovery, MemberView survivor) {
        if (survivor.suspended()) {
            return new Action.Suspend(survivor.name(), false);
        }
        String hash = s.wanted().templateHash();
        return survivor.templateHash().equals(hash)
                ? new Action.BeginAnew(survivor.name(), recovery.incarnation())
                : new Action.SetTemplate(survivor.name(), survivor.version(), hash);
    }

    private static Decision waiting(String why, MemberView member) {
        return decision(new Action.Wait(Action.Blocker.REBUILDING, why), member.name());
    }

    private static Decision decision(Action action, @Nullable String member) {
        return new Decision("Recovery", action, Operation.Type.RECOVER_QUORUM, member);
    }
}
