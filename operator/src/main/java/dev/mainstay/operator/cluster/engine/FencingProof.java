package dev.mainstay.operator.cluster.engine;

import org.jspecify.annotations.Nullable;

/**
 * Whether a member is known not to serve any more. Its pod's object is gone, which happens only when its machine has stopped it, or a
 * person, or the cloud, has said that the machine is no more. Or the machine is marked as out of service. Or a person said so, and
 * the pod had the time to stop.
 */
final class FencingProof {

    private final Situation situation;
    private final boolean approved;

    FencingProof(Situation situation, boolean approved) {
        this.situation = situation;
        this.approved = approved;
    }

    /** The proof, for people; null while there is none. */
    @Nullable
    String of(MemberView member) {
        MemberView.PodView pod = member.pod();
        LostQuorum.Standing standing = situation.loss().standing(member.name());
        if (pod == null) {
            return "the pod of " + member.name() + " is gone";
        }
        if (!pod.terminating()) {
            return null;
        }
        if (situation.loss().policy().outOfServiceCounts() && standing.machine() == LostQuorum.Machine.OUT_OF_SERVICE) {
            return "the machine of " + member.name() + " is out of service";
        }
        return approved && standing.overdue() && member.answer() == null
                ? "a person approved to go on without " + member.name() + ", whose pod doesn't stop"
                : null;
    }

    /** What a person can do, so that there is proof. */
    static String whatHelps(LostQuorum.Policy policy) {
        return "Bring the machines back; or, if they are gone for good, delete their Node objects"
                + (policy.outOfServiceCounts() ? ", or give them the taint node.kubernetes.io/out-of-service" : "");
    }
}
