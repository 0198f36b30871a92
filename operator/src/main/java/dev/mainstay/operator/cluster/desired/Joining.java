package dev.mainstay.operator.cluster.desired;

import dev.mainstay.api.v1alpha1.Bootstrap;
import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdClusterStatus;
import dev.mainstay.api.v1alpha1.MainstayApi;
import java.util.Objects;
import java.util.Optional;

/** Clusters whose members become members of a cluster that runs elsewhere. */
public final class Joining {

    private Joining() {}

    /** What the spec says of the cluster that is to be joined; empty if none is. */
    public static Optional<Bootstrap.FromExisting> wanted(EtcdCluster cluster) {
        Bootstrap bootstrap = cluster.getSpec().bootstrap();
        return Optional.ofNullable(bootstrap == null ? null : bootstrap.existing())
                .filter(existing -> existing.mode() == Bootstrap.FromExisting.Mode.JOIN);
    }

    /** The same, until that is left; a cluster that was begun anew since has left it, too. */
    public static Optional<Bootstrap.FromExisting> underWay(EtcdCluster cluster) {
        EtcdClusterStatus status = Objects.requireNonNullElse(cluster.getStatus(), EtcdClusterStatus.EMPTY);
        boolean left = Objects.requireNonNullElse(status.incarnation(), 1) > 1
                || status.conditions().stream()
                        .anyMatch(condition -> MainstayApi.MIGRATED.equals(condition.getType())
                                && "True".equals(condition.getStatus()));
        return left ? Optional.empty() : wanted(cluster);
    }

    /** Whether its members may leave: somebody said so, or the spec did. */
    public static boolean mayLeave(EtcdCluster cluster, Bootstrap.FromExisting existing) {
        boolean asked = cluster.getMetadata().getAnnotations() != null
                && "true".equals(cluster.getMetadata().getAnnotations().get(MainstayApi.CUT_OVER));
        return asked || existing.cutOver() == Bootstrap.FromExisting.CutOver.AUTOMATIC;
    }
}
