package dev.mainstay.operator.access;

import dev.mainstay.api.v1alpha1.Auth;
import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.operator.cluster.desired.Names;
import dev.mainstay.operator.cluster.observe.MemberFinder;
import dev.mainstay.operator.member.Endpoint;
import dev.mainstay.operator.migration.MigrationKeeper;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Optional;

/** The way to a cluster's users and roles, or what is in it. */
sealed interface Door {

    /** A member can be called. */
    record Open(EtcdCluster cluster, Endpoint endpoint) implements Door {}

    /** None can. */
    record Closed(String reason, String why) implements Door {}

    /** There is no such cluster, or not for long. */
    record Gone(String why) implements Door {}

    /** Whether a cluster asks callers who they are, or should. */
    static boolean wanted(EtcdCluster cluster) {
        Auth auth = cluster.getSpec().auth();
        return auth != null && auth.mode() == Auth.Mode.PASSWORD;
    }

    /** Looks for it. */
    static Door of(KubernetesClient kubernetes, String namespace, String name) {
        EtcdCluster cluster = kubernetes
                .resources(EtcdCluster.class)
                .inNamespace(namespace)
                .withName(name)
                .get();
        if (cluster == null) {
            return new Gone("there is no EtcdCluster " + name + " in this namespace: create it");
        }
        if (cluster.getMetadata().getDeletionTimestamp() != null) {
            return new Gone("the EtcdCluster " + name + " is being deleted");
        }
        if (!Names.secure(cluster)) {
            return new Closed(
                    "AuthDisabled",
                    "passwords would travel in clear text: users and roles need a cluster with spec.tls.mode Required");
        }
        if (cluster.getSpec().paused()) {
            return new Closed("Paused", "spec.paused of the EtcdCluster " + name + " is true");
        }
        if (MigrationKeeper.isUnderWay(cluster)) {
            return new Closed(
                    "ClusterUnavailable",
                    "the EtcdCluster " + name
                            + " still takes over another's data, with its users and roles: see its condition"
                            + " Migrated");
        }
        Optional<Endpoint> endpoint = new MemberFinder(kubernetes).find(cluster);
        return endpoint.isPresent()
                ? new Open(cluster, endpoint.get())
                : new Closed("ClusterUnavailable", "the EtcdCluster " + name + " has no quorum: see its conditions");
    }
}
