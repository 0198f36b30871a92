package dev.mainstay.operator.cluster.act;

import dev.mainstay.api.v1alpha1.EtcdClusterStatus;

/** Changes of what a cluster's status remembers. */
final class Statuses {

    private Statuses() {}

    static EtcdClusterStatus identified(EtcdClusterStatus s, String clusterId, String token, int incarnation) {
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
                s.restore(),
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
                s.conditions());
    }
}
