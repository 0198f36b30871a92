package dev.mainstay.operator.cluster.desired;

import dev.mainstay.api.v1alpha1.EtcdAccessStatus;
import dev.mainstay.api.v1alpha1.EtcdRole;
import dev.mainstay.api.v1alpha1.EtcdUser;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.Collection;
import java.util.Comparator;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/** Which of several objects has a name in a cluster: who has it already, or else the oldest. Pure. */
public final class Claims {

    private Claims() {}

    /** The object that has a user's name in a cluster; empty if none asks for it. */
    public static Optional<EtcdUser> user(Collection<EtcdUser> users, String cluster, String userName) {
        return first(
                users,
                user -> user.getSpec().clusterRef().name().equals(cluster)
                        && user.getSpec().userName().equals(userName));
    }

    /** The object that has a role's name in a cluster; empty if none asks for it. */
    public static Optional<EtcdRole> role(Collection<EtcdRole> roles, String cluster, String roleName) {
        return first(
                roles,
                role -> role.getSpec().clusterRef().name().equals(cluster)
                        && roleName(role).equals(roleName));
    }

    /** The role's name in the cluster. */
    public static String roleName(EtcdRole role) {
        return Objects.requireNonNullElse(
                role.getSpec().roleName(), role.getMetadata().getName());
    }

    private static <T extends CustomResource<?, EtcdAccessStatus>> Optional<T> first(
            Collection<T> objects, Predicate<T> asks) {
        return objects.stream()
                .filter(asks)
                .min(Comparator.<T, Boolean>comparing(object -> !owned(object))
                        .thenComparing(object ->
                                Objects.requireNonNullElse(object.getMetadata().getCreationTimestamp(), ""))
                        .thenComparing(object -> object.getMetadata().getName()));
    }

    private static boolean owned(CustomResource<?, EtcdAccessStatus> object) {
        return object.getStatus() != null
                && Boolean.TRUE.equals(object.getStatus().owned());
    }
}
