package dev.mainstay.operator.cluster.observe;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdClusterStatus;
import dev.mainstay.api.v1alpha1.MemberSummary;
import dev.mainstay.operator.cluster.certificates.TrustObjects;
import dev.mainstay.operator.cluster.desired.Names;
import dev.mainstay.operator.member.ClientIdentity;
import dev.mainstay.operator.member.Endpoint;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Comparator;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds a member to call, by what the cluster's status says: for those who need one, and not all of them. */
public final class MemberFinder {

    private final KubernetesClient kubernetes;

    /** Finds by {@code kubernetes}. */
    public MemberFinder(KubernetesClient kubernetes) {
        this.kubernetes = kubernetes;
    }

    /** A member that served lately, the leader rather than another; empty if the cluster has no quorum, or none can be called. */
    public Optional<Endpoint> find(EtcdCluster cluster) {
        EtcdClusterStatus status = Objects.requireNonNullElse(cluster.getStatus(), EtcdClusterStatus.EMPTY);
        boolean available = status.conditions().stream()
                .anyMatch(condition -> "Available".equals(condition.getType()) && "True".equals(condition.getStatus()));
        if (!available) {
            return Optional.empty();
        }
        ClientIdentity identity = Names.secure(cluster) ? identity(cluster) : null;
        if (Names.secure(cluster) && identity == null) {
            return Optional.empty();
        }
        return status.members().stream()
                .filter(MemberSummary::ready)
                .sorted(Comparator.comparing(member -> !member.name().equals(status.leader())))
                .map(member ->
                        Optional.ofNullable(Seen.endpoint(cluster, member.name(), pod(cluster, member), identity)))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private Pod pod(EtcdCluster cluster, MemberSummary member) {
        return kubernetes
                .pods()
                .inNamespace(cluster.getMetadata().getNamespace())
                .withName(member.name())
                .get();
    }

    private @Nullable ClientIdentity identity(EtcdCluster cluster) {
        Secret secret = kubernetes
                .secrets()
                .inNamespace(cluster.getMetadata().getNamespace())
                .withName(Names.operator(cluster.getMetadata().getName()))
                .get();
        return secret == null ? null : TrustObjects.identity(cluster, secret);
    }
}
