package dev.mainstay.operator.cluster.certificates;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdMember;
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
 */
public record TrustObjects(
        SortedMap<String, Secret> secrets, @Nullable ConfigMap published) {

    /** Of what was found. */
    public static TrustObjects of(
            EtcdCluster cluster,
            SortedMap<String, EtcdMember> members,
            List<Secret> found,
            @Nullable ConfigMap published) {
        SortedMap<String, Secret> secrets = new TreeMap<>();
        List<HasMetadata> owners = new ArrayList<>(members.values());
        owners.add(cluster);
        for (Secret secret : found) {
            if (owners.stream().anyMatch(owner -> owns(owner, secret))) {
                secrets.put(secret.getMetadata().getName(), secret);
            }
        }
        return new TrustObjects(secrets, published != null && owns(cluster, published) ? published : null);
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
        return new TrustObjects(changed, published);
    }

    /** With the authorities as they are published now. */
    public TrustObjects with(ConfigMap map) {
        return new TrustObjects(secrets, map);
    }

    /** By what the operator calls members; null while it has no certificate. */
    public @Nullable ClientIdentity identity(String cluster) {
        Secret secret = secrets.get(Names.operator(cluster));
        Map<String, String> data = secret == null ? Map.of() : SecretData.of(secret);
        String authorities = data.get(MemberCertificate.AUTHORITIES);
        String certificate = data.get(MemberCertificate.CERTIFICATE);
        String key = data.get(MemberCertificate.KEY);
        return authorities == null || certificate == null || key == null
                ? null
                : new ClientIdentity(authorities, certificate, key);
    }
}
