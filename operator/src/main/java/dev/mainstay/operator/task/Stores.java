package dev.mainstay.operator.task;

import dev.mainstay.api.v1alpha1.EtcdBackupStore;
import dev.mainstay.api.v1alpha1.EtcdBackupStoreSpec;
import dev.mainstay.api.v1alpha1.KeyRef;
import dev.mainstay.api.v1alpha1.NameRef;
import dev.mainstay.operator.backup.engine.StoreView;
import dev.mainstay.operator.cluster.desired.Hashes;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads stores, with the secrets that they name. */
public final class Stores {

    private final KubernetesClient kubernetes;

    /** By {@code kubernetes}. */
    public Stores(KubernetesClient kubernetes) {
        this.kubernetes = kubernetes;
    }

    /**
     * A store as pods can use it.
     *
     * @param view whether they can
     * @param access how; null if they can't
     * @param fingerprint changes when anything does that decides whether they can
     */
    public record Found(StoreView view, @Nullable StoreAccess access, String fingerprint) {

        /** How pods use it. */
        public StoreAccess usable() {
            return Objects.requireNonNull(access, view.why());
        }
    }

    /** A store for use: what the last probe of it found counts, if nothing has changed since. */
    public Found find(String namespace, String name) {
        EtcdBackupStore store = kubernetes
                .resources(EtcdBackupStore.class)
                .inNamespace(namespace)
                .withName(name)
                .get();
        if (store == null) {
            return new Found(StoreView.missing(name), null, "");
        }
        Found found = read(store);
        if (!found.view().isUsable() || store.getStatus() == null) {
            return found;
        }
        Optional<Condition> refused = store.getStatus().conditions().stream()
                .filter(condition -> "Ready".equals(condition.getType()) && "False".equals(condition.getStatus()))
                .filter(_ -> found.fingerprint().equals(store.getStatus().probed()))
                .findFirst();
        return refused.map(condition -> new Found(
                        StoreView.broken("StoreNotReady", "store " + name + " doesn't work: " + condition.getMessage()),
                        found.access(),
                        found.fingerprint()))
                .orElse(found);
    }

    /** A store, whatever probes found. */
    public Found read(EtcdBackupStore store) {
        try {
            return usable(store);
        } catch (UnusableException e) {
            return new Found(e.view, null, "");
        }
    }

    /** Something that a store needs isn't there. */
    private static final class UnusableException extends Exception {

        private static final long serialVersionUID = 1L;

        private final transient StoreView view;

        UnusableException(String reason, String why) {
            super(why);
            this.view = StoreView.broken(reason, why);
        }
    }

    private Found usable(EtcdBackupStore store) throws UnusableException {
        String namespace = store.getMetadata().getNamespace();
        EtcdBackupStoreSpec spec = store.getSpec();
        if (spec.objectLock() != null && spec.objectLock().mode() != EtcdBackupStoreSpec.ObjectLock.Mode.NONE) {
            throw new UnusableException(
                    "InvalidSpec",
                    "objects aren't locked yet: leave spec.objectLock out, or lock by the bucket's own rule");
        }
        List<HasMetadata> parts = new ArrayList<>();
        NameRef reference = StoreAccess.credentials(spec);
        boolean session = false;
        if (reference != null) {
            Secret credentials = secret(namespace, reference.name());
            require(credentials, StoreAccess.credentialKeys(spec));
            session = credentials.getData().containsKey(StoreAccess.SESSION_TOKEN);
            parts.add(credentials);
        }
        SortedSet<String> keys = new TreeSet<>();
        if (spec.clientSideEncryption() != null) {
            Secret encryption =
                    secret(namespace, spec.clientSideEncryption().keySecretRef().name());
            keys.addAll(
                    encryption.getData() == null
                            ? List.of()
                            : encryption.getData().keySet());
            if (keys.isEmpty()) {
                throw new UnusableException(
                        "SecretInvalid",
                        "secret " + encryption.getMetadata().getName()
                                + " has no key to encrypt with: put 32 random bytes in it, under any name");
            }
            parts.add(encryption);
        }
        if (spec.s3() != null && spec.s3().caBundleRef() != null) {
            parts.add(authorities(namespace, spec.s3().caBundleRef()));
        }
        if (spec.volume() != null
                && kubernetes
                                .persistentVolumeClaims()
                                .inNamespace(namespace)
                                .withName(spec.volume().claimName())
                                .get()
                        == null) {
            throw new UnusableException(
                    "ClaimMissing",
                    "there is no PersistentVolumeClaim " + spec.volume().claimName() + " in this namespace: make it");
        }
        List<Object> deciding = new ArrayList<>();
        deciding.add(spec);
        parts.forEach(part -> deciding.add(
                part.getMetadata().getUid() + "/" + part.getMetadata().getResourceVersion()));
        return new Found(StoreView.USABLE, StoreAccess.of(store, session, keys), Hashes.object(deciding));
    }

    private Secret secret(String namespace, String name) throws UnusableException {
        Secret secret =
                kubernetes.secrets().inNamespace(namespace).withName(name).get();
        if (secret == null) {
            throw new UnusableException("SecretMissing", "there is no secret " + name + " in this namespace: make it");
        }
        return secret;
    }

    private static void require(Secret secret, List<String> names) throws UnusableException {
        for (String name : names) {
            if (secret.getData() == null || !secret.getData().containsKey(name)) {
                throw new UnusableException(
                        "SecretInvalid",
                        "secret " + secret.getMetadata().getName() + " has no " + name + ": put it in");
            }
        }
    }

    private ConfigMap authorities(String namespace, KeyRef reference) throws UnusableException {
        ConfigMap map = kubernetes
                .configMaps()
                .inNamespace(namespace)
                .withName(reference.name())
                .get();
        String key = StoreAccess.authoritiesKey(reference);
        if (map == null || map.getData() == null || !map.getData().containsKey(key)) {
            throw new UnusableException(
                    "AuthoritiesMissing",
                    "there is no ConfigMap " + reference.name() + " with " + key + " in this namespace: make it");
        }
        return map;
    }
}
