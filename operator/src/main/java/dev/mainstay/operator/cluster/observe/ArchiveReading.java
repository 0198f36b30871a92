package dev.mainstay.operator.cluster.observe;

import dev.mainstay.api.v1alpha1.Archive;
import dev.mainstay.api.v1alpha1.EtcdBackupStore;
import dev.mainstay.api.v1alpha1.EtcdBackupStoreSpec;
import dev.mainstay.api.v1alpha1.EtcdBackupStoreStatus;
import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.operator.cluster.desired.ArchivePart;
import dev.mainstay.operator.cluster.desired.Hashes;
import dev.mainstay.operator.cluster.observe.ArchiveView.Held;
import dev.mainstay.operator.task.StoreAccess;
import dev.mainstay.operator.task.Stores;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Sees whether members can be told to archive, and how. They aren't told before the store was seen to work, so that no member is made anew for an
 * archive that can't be; once they are, a store that fails changes nothing, as members wait for it and go on.
 */
final class ArchiveReading {

    private static final String SHARED = "ReadWriteMany";

    private final KubernetesClient kubernetes;

    ArchiveReading(KubernetesClient kubernetes) {
        this.kubernetes = kubernetes;
    }

    /** The archive of a cluster whose members have these pods, but for what they say. */
    ArchiveView read(EtcdCluster cluster, Collection<Pod> pods) {
        Archive wanted = cluster.getSpec().archive();
        if (wanted == null) {
            return ArchiveView.NONE;
        }
        String namespace = cluster.getMetadata().getNamespace();
        String name = wanted.storeRef().name();
        EtcdBackupStore store = kubernetes
                .resources(EtcdBackupStore.class)
                .inNamespace(namespace)
                .withName(name)
                .get();
        Stores.Found found = new Stores(kubernetes).find(namespace, name);
        EtcdBackupStoreStatus status =
                store == null || store.getStatus() == null ? EtcdBackupStoreStatus.EMPTY : store.getStatus();
        EtcdBackupStoreStatus.Window window = status.recoveryWindow().stream()
                .filter(one -> one.path().equals(cluster.getMetadata().getName()) && isOf(one, cluster))
                .findFirst()
                .orElse(null);
        StoreAccess access = found.access();
        if (store == null || access == null) {
            return held(wanted, found.view().reason(), found.view().why(), false, window);
        }
        Held unshared = unshared(cluster, store);
        if (unshared != null) {
            return new ArchiveView(wanted, null, unshared, new TreeMap<>(), window);
        }
        ArchivePart part = part(cluster, wanted, store, access);
        boolean told = pods.stream()
                .anyMatch(pod -> part.hash().equals(annotations(pod).get(MainstayApi.ARCHIVE_HASH)));
        if (told) {
            return new ArchiveView(wanted, part, null, new TreeMap<>(), window);
        }
        if (!found.view().isUsable()) {
            return held(wanted, found.view().reason(), found.view().why(), false, window);
        }
        boolean proven = found.fingerprint().equals(status.probed())
                && status.conditions().stream()
                        .anyMatch(condition ->
                                "Ready".equals(condition.getType()) && "True".equals(condition.getStatus()));
        return proven
                ? new ArchiveView(wanted, part, null, new TreeMap<>(), window)
                : held(wanted, "StoreNotReady", "store " + name + " is being tried", true, window);
    }

    /** Whether what was found may be this cluster's, rather than one's of its name that was here before. */
    private static boolean isOf(EtcdBackupStoreStatus.Window window, EtcdCluster cluster) {
        String created = cluster.getMetadata().getCreationTimestamp();
        return window.time() != null
                && (created == null || !Instant.parse(window.time()).isBefore(Instant.parse(created)));
    }

    private static ArchiveView held(
            Archive wanted, String reason, String why, boolean passes, EtcdBackupStoreStatus.@Nullable Window window) {
        return new ArchiveView(wanted, null, new Held(reason, why, passes), new TreeMap<>(), window);
    }

    private static Map<String, String> annotations(Pod pod) {
        return Objects.requireNonNullElse(pod.getMetadata().getAnnotations(), Map.of());
    }

    /** Why members can't all mount the volume of a store; null if they can, or it has none. */
    private @Nullable Held unshared(EtcdCluster cluster, EtcdBackupStore store) {
        EtcdBackupStoreSpec.VolumePath volume = store.getSpec().volume();
        if (volume == null) {
            return null;
        }
        PersistentVolumeClaim claim = kubernetes
                .persistentVolumeClaims()
                .inNamespace(cluster.getMetadata().getNamespace())
                .withName(volume.claimName())
                .get();
        boolean shared = claim != null
                && claim.getSpec() != null
                && claim.getSpec().getAccessModes() != null
                && claim.getSpec().getAccessModes().contains(SHARED);
        return shared
                ? null
                : new Held(
                        "VolumeNotShared",
                        "members on several machines can't all mount claim " + volume.claimName() + " of store "
                                + store.getMetadata().getName() + ", as it isn't " + SHARED
                                + ": archive to an object store, or to a claim that is",
                        false);
    }

    private ArchivePart part(EtcdCluster cluster, Archive wanted, EtcdBackupStore store, StoreAccess access) {
        List<String> flags = new ArrayList<>();
        flags.add("--archive-repository="
                + access.repository(cluster.getMetadata().getName()));
        flags.add("--archive-flush-interval=" + wanted.flushIntervalSeconds() + "s");
        for (String flag : access.flags()) {
            flags.add("--archive-" + flag.substring(2) + (flag.contains("=") ? "" : "=true"));
        }
        return new ArchivePart(
                flags,
                access.volumes(),
                access.mounts(),
                access.labels(),
                access.isByAccount() ? access.account() : "",
                readOnce(store));
    }

    /** Members read the keys of S3 anew for each request, and the rest when they start. */
    private String readOnce(EtcdBackupStore store) {
        EtcdBackupStoreSpec spec = store.getSpec();
        String namespace = store.getMetadata().getNamespace();
        List<Object> contents = new ArrayList<>();
        if (spec.gcs() != null && spec.gcs().credentialsSecretRef() != null) {
            contents.add(secret(namespace, spec.gcs().credentialsSecretRef().name()));
        }
        if (spec.azure() != null && spec.azure().credentialsSecretRef() != null) {
            contents.add(secret(namespace, spec.azure().credentialsSecretRef().name()));
        }
        if (spec.clientSideEncryption() != null) {
            contents.add(
                    secret(namespace, spec.clientSideEncryption().keySecretRef().name()));
        }
        if (spec.s3() != null && spec.s3().caBundleRef() != null) {
            ConfigMap authorities = kubernetes
                    .configMaps()
                    .inNamespace(namespace)
                    .withName(spec.s3().caBundleRef().name())
                    .get();
            contents.add(authorities == null ? Map.of() : sorted(authorities.getData()));
        }
        return contents.isEmpty() ? "" : Hashes.object(contents);
    }

    private Map<String, String> secret(String namespace, String name) {
        Secret secret =
                kubernetes.secrets().inNamespace(namespace).withName(name).get();
        return secret == null ? Map.of() : sorted(secret.getData());
    }

    private static Map<String, String> sorted(@Nullable Map<String, String> data) {
        return data == null ? Map.of() : new TreeMap<>(data);
    }
}
