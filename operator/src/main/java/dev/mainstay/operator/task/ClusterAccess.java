package dev.mainstay.operator.task;

import dev.mainstay.api.v1alpha1.Auth;
import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.Tls;
import dev.mainstay.operator.cluster.desired.Names;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a pod calls a cluster's members.
 *
 * @param cluster the cluster's name
 * @param endpoints URLs of its members
 * @param secret with the client's certificate; null without TLS
 */
public record ClusterAccess(
        String cluster, List<String> endpoints, @Nullable String secret) {

    public ClusterAccess {
        endpoints = List.copyOf(endpoints);
    }

    /** Of a cluster: its members, so that the tool can choose among them; with users, backups take the root role. */
    public static ClusterAccess of(EtcdCluster cluster) {
        String name = cluster.getMetadata().getName();
        List<String> members =
                cluster.getStatus() == null ? List.of() : cluster.getStatus().endpoints();
        String service = (Names.secure(cluster) ? "https://" : "http://") + name + "."
                + cluster.getMetadata().getNamespace() + ".svc:" + Names.CLIENT_PORT;
        boolean users =
                cluster.getSpec().auth() != null && cluster.getSpec().auth().mode() == Auth.Mode.PASSWORD;
        String secret =
                users || Names.issuance(cluster) == Tls.Issuance.PROVIDED ? Names.operator(name) : Names.client(name);
        return new ClusterAccess(
                name, members.isEmpty() ? List.of(service) : members, Names.secure(cluster) ? secret : null);
    }
}
