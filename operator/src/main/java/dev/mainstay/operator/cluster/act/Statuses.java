package dev.mainstay.operator.cluster.act;

import dev.mainstay.api.v1alpha1.EtcdClusterStatus;
import org.jspecify.annotations.Nullable;

/** Changes of what a cluster's status remembers. */
final class Statuses {

    private Statuses() {}

    /** Founded; {@code revision} is what was restored, if anything was. */
    static EtcdClusterStatus identified(
            EtcdClusterStatus s, String clusterId, String token, int incarnation, @Nullable String revision) {
        return new EtcdClusterStatus(
                s.observedGeneration(),
                s.replicas(),
                s.readyReplicas(),
                s.votingReplicas(),
                s.selector(),
                s.version(),
                clusterId,
                token,
                incarnation,
                s.leader(),
                s.lastMemberNumber(),
                s.endpoints(),
                s.connection(),
                s.members(),
                s.operation(),
                s.trust(),
                s.backup(),
                s.restore() == null ? null : founded(s.restore(), revision),
                s.recovery(),
                s.plannedRecovery(),
                s.podTemplate(),
                s.conditions());
    }

    private static EtcdClusterStatus.Restored founded(EtcdClusterStatus.Restored r, @Nullable String revision) {
        return new EtcdClusterStatus.Restored(
                r.name(), r.store(), r.path(), r.backup(), r.target(), r.bumpedBy(), null, revision);
    }

    /** With what its data comes from. */
    static EtcdClusterStatus seeded(EtcdClusterStatus s, EtcdClusterStatus.Restored restore) {
        return new EtcdClusterStatus(
                s.observedGeneration(),
                s.replicas(),
                s.readyReplicas(),
                s.votingReplicas(),
                s.selector(),
                s.version(),
                s.clusterID(),
                s.clusterToken(),
                s.incarnation(),
                s.leader(),
                s.lastMemberNumber(),
                s.endpoints(),
                s.connection(),
                s.members(),
                s.operation(),
                s.trust(),
                s.backup(),
                restore,
                s.recovery(),
                s.plannedRecovery(),
                s.podTemplate(),
                s.conditions());
    }

    static EtcdClusterStatus numbered(EtcdClusterStatus s, int lastMemberNumber) {
        return new EtcdClusterStatus(
                s.observedGeneration(),
                s.replicas(),
                s.readyReplicas(),
                s.votingReplicas(),
                s.selector(),
                s.version(),
                s.clusterID(),
                s.clusterToken(),
                s.incarnation(),
                s.leader(),
                lastMemberNumber,
                s.endpoints(),
                s.connection(),
                s.members(),
                s.operation(),
                s.trust(),
                s.backup(),
                s.restore(),
                s.recovery(),
                s.plannedRecovery(),
                s.podTemplate(),
                s.conditions());
    }
}
