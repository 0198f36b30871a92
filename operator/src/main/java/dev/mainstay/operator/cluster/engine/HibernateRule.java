package dev.mainstay.operator.cluster.engine;

import dev.mainstay.api.v1alpha1.Operation;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** No members wanted: all are told to have no pod, then pods go, the leader's last. Waking takes that back at once for all. */
final class HibernateRule implements Rule {

    @Override
    public String guard() {
        return "no members are wanted, or some sleep that are";
    }

    @Override
    public @Nullable Decision consider(Situation s) {
        return s.wanted().replicas() == 0 ? sleep(s) : wake(s);
    }

    private static Decision sleep(Situation s) {
        if (!s.strangers().isEmpty()) {
            String why = "spec.replicas is 0, and the members of the cluster that was joined need ours to agree: set"
                    + " spec.replicas back, or delete the EtcdCluster, whose members leave the list then";
            return new Decision("Hibernate", new Action.Wait(Action.Blocker.SPEC, why), null, null);
        }
        for (MemberView member : s.members()) {
            if (!member.suspended()) {
                return decision(new Action.Suspend(member.name(), true), Operation.Type.HIBERNATE, member);
            }
        }
        MemberView next = s.members().stream()
                .filter(member -> member.pod() != null && !member.pod().terminating())
                .min(Comparator.comparing(s::leads).thenComparingInt(MemberView::number))
                .orElse(null);
        if (next != null && next.pod() != null) {
            Action action = new Action.DeletePod(next.name(), next.pod().uid(), "hibernates");
            return decision(action, Operation.Type.HIBERNATE, next);
        }
        boolean pods = s.members().stream().anyMatch(member -> member.pod() != null);
        return new Decision(
                "Hibernate",
                new Action.Wait(
                        pods ? Action.Blocker.DELETION : Action.Blocker.HIBERNATED,
                        pods ? "pods are stopping" : "spec.replicas is 0"),
                pods ? Operation.Type.HIBERNATE : null,
                null);
    }

    private static @Nullable Decision wake(Situation s) {
        for (MemberView member : s.members()) {
            if (member.suspended()) {
                return decision(new Action.Suspend(member.name(), false), Operation.Type.WAKE, member);
            }
        }
        return null;
    }

    private static Decision decision(Action action, Operation.Type type, MemberView member) {
        return new Decision("Hibernate", action, type, member.name());
    }
}
