package dev.mainstay.operator.cluster.certificates;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdMember;
import dev.mainstay.api.v1alpha1.EtcdUser;
import dev.mainstay.operator.cluster.desired.MemberCertificate;
import dev.mainstay.operator.cluster.desired.Names;
import dev.mainstay.operator.member.ClientIdentity;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The secrets of a cluster, by name, and its published authorities. Those of another cluster of the same name, which are about to be
 * deleted, are left out.
 *
 * @param secrets the secrets
 * @param published the ConfigMap with the authorities; null for none
 * @param users users who have, or may want, a certificate
 */
public record TrustObjects(
        SortedMap<String, Secret> secrets, @Nullable ConfigMap published, List<EtcdUser> users) {

    public TrustObjects {
        users = List.copyOf(users);
    }

    /** Of what was found. */
    public static TrustObjects of(
            EtcdCluster cluster,
            SortedMap<String, EtcdMember> members,
            List<Secret> found,
            @Nullable ConfigMap published,
            List<EtcdUser> users) {
        SortedMap<String, Secret> secrets = new TreeMap<>();
        List<HasMetadata> owners = new ArrayList<>(members.values());
        owners.add(cluster);
        owners.addAll(users);
        for (Secret secret : found) {
            if (owners.stream().anyMatch(owner -> owns(owner, secret))) {
                secrets.put(secret.getMetadata().getName(), secret);
            }
        }
        return new TrustObjects(secrets, published != null && owns(cluster, published) ? published : null, users);
    }

    private static boolean owns(HasMetadata owner, HasMetadata object) {
        List<OwnerReference> references =
                Objects.requireNonNullElse(object.getMetadata().getOwnerReferences(), List.of());
        return references.stream()
                .anyMatch(reference ->
                        Objects.equals(reference.getUid(), owner.getMetadata().getUid()));
    }

    /** With this secret as it is now. */
    public TrustObjects with(Secret secret) {
        SortedMap<String, Secret> changed = new TreeMap<>(secrets);
        changed.put(secret.getMetadata().getName(), secret);
        return new TrustObjects(changed, published, users);
    }

    /** With the authorities as they are published now. */
    public TrustObjects with(ConfigMap map) {
        return new TrustObjects(secrets, map, users);
    }

    /** By what the operator calls members; null while it has no certificate. */
    public @Nullable ClientIdentity identity(String cluster) {
        Secret secret = secrets.get(Names.operator(cluster));
        return secret == null ? null : identity(SecretData.of(secret));
    }

    /** By what the operator calls members of {@code cluster}, if this is the secret with it; null if it isn't. */
    public static @Nullable ClientIdentity identity(EtcdCluster cluster, Secret secret) {
        return owns(cluster, secret) ? identity(SecretData.of(secret)) : null;
    }

    private static @Nullable ClientIdentity identity(Map<String, String> data) {
        String authorities = data.get(MemberCertificate.AUTHORITIES);
        String certificate = data.get(MemberCertificate.CERTIFICATE);
        String key = data.get(MemberCertificate.KEY);
        return authorities == null || certificate == null || key == null
                ? null
                : new ClientIdentity(authorities, certificate, key);
    }
}
