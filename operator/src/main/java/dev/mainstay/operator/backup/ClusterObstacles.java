package dev.mainstay.operator.backup;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdClusterStatus;
import dev.mainstay.operator.backup.engine.BackupEngine.Obstacle;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Why a cluster can't be read or replaced now. Pure. */
final class ClusterObstacles {

    private ClusterObstacles() {}

    /** Why it can't be backed up now; null if it can. */
    static @Nullable Obstacle toReading(String name, @Nullable EtcdCluster cluster) {
        if (cluster == null) {
            return missing(name);
        }
        if (cluster.getSpec().replicas() == 0) {
            return new Obstacle(
                    "ClusterUnavailable", "cluster " + name + " hibernates: set its spec.replicas to wake it");
        }
        EtcdClusterStatus status = cluster.getStatus();
        if (status == null || status.clusterID() == null) {
            return new Obstacle("ClusterUnavailable", "cluster " + name + " hasn't begun yet");
        }
        // Without a quorum too a member can be read, but what it has may have been overtaken.
        Optional<Condition> available = status.conditions().stream()
                .filter(condition -> "Available".equals(condition.getType()) && "False".equals(condition.getStatus()))
                .findFirst();
        return available
                .map(condition -> new Obstacle(
                        "ClusterUnavailable", "cluster " + name + " isn't available: " + condition.getMessage()))
                .orElse(null);
    }

    static Obstacle missing(String name) {
        return new Obstacle("ClusterMissing", "there is no EtcdCluster " + name + " in this namespace: make it");
    }
}
