package dev.mainstay.operator.cluster.engine;

import dev.mainstay.api.v1alpha1.Operation;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Too few members to agree on anything. They are waited for as long as the spec says, and while any of them has a pod that may still come up.
 * After that the member that knows most is looked for, and it is decided to go on with it alone: by a person, or by policy, and then only when
 * no other is on a machine that may still run it.
 */
final class QuorumRule implements Rule {

    @Override
    public String guard() {
        return "too few members answer to agree on anything";
    }

    @Override
    public @Nullable Decision consider(Situation s) {
        if (!s.founded() || s.quorum()) {
            return null;
        }
        Survivors survivors = new Survivors(s);
        String hope = hope(s, survivors);
        if (hope != null) {
            return wait(Action.Blocker.QUORUM, hope);
        }
        MemberView unclear = survivors.unclear();
        if (unclear != null) {
            return wait(
                    Action.Blocker.QUORUM,
                    unclear.name() + " answers, but its metrics can't be read, which tell how much it knows: see its"
                            + " port metrics and NetworkPolicies");
        }
        MemberView best = survivors.best();
        if (best == null) {
            return wait(
                    Action.Blocker.APPROVAL,
                    "the quorum is lost, and no member that is left answers, so that none can be gone on with: bring"
                            + " one back with its volume, or bring back a backup with an EtcdRestore");
        }
        return decide(s, survivors, best);
    }

    /** Why members are waited for; null if there's nothing to wait for. */
    private static @Nullable String hope(Situation s, Survivors survivors) {
        Instant since = s.recorded().quorumLostSince();
        Duration patience = s.wanted().policy().quorumLoss();
        if (!s.past(since, patience)) {
            return "too few members answer; waiting for them to come back until "
                    + text(Objects.requireNonNullElse(since, s.now()).plus(patience));
        }
        if (!s.wanted().volumes().claims()) {
            return "too few members answer, and with storage.type EmptyDir none of them can be begun anew without"
                    + " its data: bring the others back, or make another cluster of a backup";
        }
        if (survivors.enough()) {
            return "a majority of the members runs, but they don't agree: see their logs for what keeps them from"
                    + " reaching each other";
        }
        MemberView fresh = survivors.mayReturn();
        Instant made = fresh == null ? null : s.loss().standing(fresh.name()).podMade();
        return fresh == null || made == null
                ? null
                : "too few members answer; the pod of " + fresh.name() + " is new, and waited for until "
                        + text(made.plus(patience));
    }

    private static Decision decide(Situation s, Survivors survivors, MemberView best) {
        LostQuorum.Policy policy = s.loss().policy();
        int incarnation = s.recorded().incarnation() + 1;
        boolean approved = s.wanted().approvedIncarnation() == incarnation;
        List<String> outOfReach = survivors.outOfReach();
        String found = found(s, survivors, best);
        if (!approved) {
            boolean vetoed = survivors.lost(best) > policy.maxLostRevisions();
            if (!policy.automatic() || vetoed || !outOfReach.isEmpty()) {
                return wait(
                        Action.Blocker.APPROVAL,
                        found
                                + (vetoed && policy.automatic()
                                        ? ", more than recovery.quorumLoss.maxLostRevisions lets go by itself"
                                        : "")
                                + (outOfReach.isEmpty()
                                        ? ""
                                        : ". The operator can't see to it that these don't run: "
                                                + String.join(", ", outOfReach))
                                + ask(s, incarnation));
            }
            List<String> lost = survivors.onLostMachines(best);
            if (!lost.isEmpty()) {
                return wait(
                        Action.Blocker.FENCING,
                        found + ". These may still run, as their machines aren't heard of: " + String.join(", ", lost)
                                + ". " + FencingProof.whatHelps(policy) + ask(s, incarnation));
            }
        }
        return new Decision(
                "Quorum",
                new Action.ChooseSurvivor(
                        best.name(),
                        incarnation,
                        approved,
                        survivors.log(best),
                        s.loss().knownRevision(),
                        found),
                Operation.Type.RECOVER_QUORUM,
                best.name());
    }

    private static String found(Situation s, Survivors survivors, MemberView best) {
        LostQuorum.LogEnd log = survivors.log(best);
        long lost = survivors.lost(best);
        Instant since = s.recorded().quorumLostSince();
        return "no quorum" + (since == null ? "" : " since " + text(since)) + ". Of the members that are left, "
                + best.name() + " knows most: revision " + log.revision() + ", and a log up to entry " + log.index()
                + " of term " + log.term()
                + (lost == 0
                        ? ""
                        : "; revision " + s.loss().knownRevision() + " is known to have been there, so at least " + lost
                                + " would be lost");
    }

    private static String ask(Situation s, int incarnation) {
        int other = s.wanted().approvedIncarnation();
        return ". To go on with it alone and leave all others out for ever, see to it that they don't run, and: kubectl"
                + " annotate etcdcluster " + s.wanted().cluster() + " mainstay.dev/approve-recovery=" + incarnation
                + " --overwrite"
                + (other == 0 || other == incarnation
                        ? ""
                        : " (incarnation " + other + " is approved, which isn't the one that begins)");
    }

    private static String text(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static Decision wait(Action.Blocker blocker, String why) {
        return new Decision("Quorum", new Action.Wait(blocker, why), null, null);
    }
}
