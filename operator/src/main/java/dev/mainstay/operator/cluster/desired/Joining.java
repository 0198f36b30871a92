package dev.mainstay.operator.cluster.desired;

import dev.mainstay.api.v1alpha1.Bootstrap;
import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdClusterStatus;
import dev.mainstay.api.v1alpha1.MainstayApi;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.Objects;
import java.util.Optional;

/** What spec and status say of the cluster that runs elsewhere, which is joined or whose data is taken over. */
public final class Joining {

    private Joining() {}

    /** What the spec says of the cluster that is to be joined; empty if none is. */
    public static Optional<Bootstrap.FromExisting> wanted(EtcdCluster cluster) {
        return wanted(cluster, Bootstrap.FromExisting.Mode.JOIN);
    }

    /** The same of one that data comes over from so; empty if none is. */
    public static Optional<Bootstrap.FromExisting> wanted(EtcdCluster cluster, Bootstrap.FromExisting.Mode mode) {
        Bootstrap bootstrap = cluster.getSpec().bootstrap();
        return Optional.ofNullable(bootstrap == null ? null : bootstrap.existing())
                .filter(existing -> existing.mode() == mode);
    }

    /** The same, until that is left; a cluster that was begun anew since has left it, too. */
    public static Optional<Bootstrap.FromExisting> underWay(EtcdCluster cluster) {
        EtcdClusterStatus status = Objects.requireNonNullElse(cluster.getStatus(), EtcdClusterStatus.EMPTY);
        boolean anew = Objects.requireNonNullElse(status.incarnation(), 1) > 1;
        return anew || left(cluster).isPresent() ? Optional.empty() : wanted(cluster);
    }

    /** What was said when it was left; empty before. */
    public static Optional<String> left(EtcdCluster cluster) {
        return condition(cluster)
                .filter(found -> "True".equals(found.getStatus()))
                .map(Condition::getMessage);
    }

    /** The condition that tells how far that is. */
    public static Optional<Condition> condition(EtcdCluster cluster) {
        return Objects.requireNonNullElse(cluster.getStatus(), EtcdClusterStatus.EMPTY).conditions().stream()
                .filter(condition -> MainstayApi.MIGRATED.equals(condition.getType()))
                .findFirst();
    }

    /** Whether it may be left: somebody said so, or the spec did. */
    public static boolean mayLeave(EtcdCluster cluster, Bootstrap.FromExisting existing) {
        boolean asked = cluster.getMetadata().getAnnotations() != null
                && "true".equals(cluster.getMetadata().getAnnotations().get(MainstayApi.CUT_OVER));
        return asked || existing.cutOver() == Bootstrap.FromExisting.CutOver.AUTOMATIC;
    }
}
