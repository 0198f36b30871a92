package dev.mainstay.operator.task;

import dev.mainstay.api.v1alpha1.EtcdBackupStore;
import dev.mainstay.api.v1alpha1.EtcdBackupStoreSpec;
import dev.mainstay.api.v1alpha1.KeyRef;
import dev.mainstay.api.v1alpha1.NameRef;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How pods reach a store: what flags the tool takes and what is mounted for them. Secrets are never on the command line. Pure.
 *
 * @param place the store's URL, with its prefix
 * @param flags of the tool
 * @param volumes that it needs
 * @param mounts where they are
 * @param labels that pods need
 * @param account service account of the pods
 */
public record StoreAccess(
        String place,
        List<String> flags,
        List<Volume> volumes,
        List<VolumeMount> mounts,
        Map<String, String> labels,
        String account) {

    static final String ACCESS_KEY = "AWS_ACCESS_KEY_ID";
    static final String SECRET_KEY = "AWS_SECRET_ACCESS_KEY";
    static final String SESSION_TOKEN = "AWS_SESSION_TOKEN";
    static final String GOOGLE_CREDENTIALS = "credentials.json";
    static final String AZURE_KEY = "accountKey";

    private static final String CREDENTIALS = "store-credentials";
    private static final String KEYS = "store-keys";
    private static final String AUTHORITIES = "store-ca";
    private static final String DATA = "store";
    private static final int READABLE_BY_GROUP = 0440;

    public StoreAccess {
        flags = List.copyOf(flags);
        volumes = List.copyOf(volumes);
        mounts = List.copyOf(mounts);
        labels = Map.copyOf(labels);
    }

    /** The service account that the operator makes for pods that use this store, unless the spec names one. */
    public static String account(EtcdBackupStore store) {
        String wanted = store.getSpec().serviceAccountName();
        return wanted == null || wanted.isEmpty()
                ? TaskNames.of(store.getMetadata().getName(), "store")
                : wanted;
    }

    /** The key in a ConfigMap of authorities. */
    static String authoritiesKey(KeyRef reference) {
        return Objects.requireNonNullElse(reference.key(), "ca.crt");
    }

    /** The secret with credentials; null if there is none. */
    static @Nullable NameRef credentials(EtcdBackupStoreSpec spec) {
        if (spec.s3() != null) {
            return spec.s3().credentialsSecretRef();
        }
        if (spec.gcs() != null) {
            return spec.gcs().credentialsSecretRef();
        }
        return spec.azure() != null ? spec.azure().credentialsSecretRef() : null;
    }

    /** What the secret with credentials must have. */
    static List<String> credentialKeys(EtcdBackupStoreSpec spec) {
        if (spec.s3() != null) {
            return List.of(ACCESS_KEY, SECRET_KEY);
        }
        return List.of(spec.gcs() != null ? GOOGLE_CREDENTIALS : AZURE_KEY);
    }

    /**
     * Of a store.
     *
     * @param session whether the secret has a session token
     * @param encryptionKeys names of keys to encrypt with
     */
    static StoreAccess of(EtcdBackupStore store, boolean session, SortedSet<String> encryptionKeys) {
        return new Making(store).access(session, encryptionKeys);
    }

    /** Whether pods are let in for their service account, rather than by what is mounted. */
    public boolean isByAccount() {
        return mounts.stream()
                .noneMatch(mount ->
                        mount.getName().equals(CREDENTIALS) || mount.getName().equals(DATA));
    }

    /** Where the backups of one cluster are. */
    public String repository(String path) {
        return path.isEmpty() ? place : place + "/" + path;
    }

    /** What comes together while one is made. */
    private static final class Making {

        private final EtcdBackupStore store;
        private final EtcdBackupStoreSpec spec;
        private final List<String> flags = new ArrayList<>();
        private final List<Volume> volumes = new ArrayList<>();
        private final List<VolumeMount> mounts = new ArrayList<>();

        Making(EtcdBackupStore store) {
            this.store = store;
            this.spec = store.getSpec();
        }

        StoreAccess access(boolean session, SortedSet<String> encryptionKeys) {
            NameRef credentials = credentials(spec);
            if (credentials != null) {
                secret(CREDENTIALS, credentials.name());
            }
            String place = place(credentials != null, session);
            if (spec.clientSideEncryption() != null && !encryptionKeys.isEmpty()) {
                secret(KEYS, spec.clientSideEncryption().keySecretRef().name());
                flags.add("--encryption-key-file="
                        + encryptionKeys.stream()
                                .map(id -> id + "=" + path(KEYS, id))
                                .collect(Collectors.joining(",")));
                flags.add("--encryption-key-id=" + encryptionKeys.last());
            }
            boolean azureIdentity = spec.azure() != null && credentials == null;
            return new StoreAccess(
                    place,
                    flags,
                    volumes,
                    mounts,
                    azureIdentity ? Map.of("azure.workload.identity/use", "true") : Map.of(),
                    account(store));
        }

        private String place(boolean credentials, boolean session) {
            if (spec.s3() != null) {
                return s3(spec.s3(), credentials, session);
            }
            if (spec.gcs() != null) {
                if (credentials) {
                    flags.add("--credentials-file=" + path(CREDENTIALS, GOOGLE_CREDENTIALS));
                }
                return "gs://" + spec.gcs().bucket() + below(spec.gcs().prefix());
            }
            if (spec.azure() != null) {
                flags.add("--account=" + spec.azure().storageAccount());
                if (credentials) {
                    flags.add("--account-key-file=" + path(CREDENTIALS, AZURE_KEY));
                }
                return "azblob://" + spec.azure().container()
                        + below(spec.azure().prefix());
            }
            EtcdBackupStoreSpec.VolumePath volume = Objects.requireNonNull(spec.volume());
            volumes.add(new VolumeBuilder()
                    .withName(DATA)
                    .withNewPersistentVolumeClaim(volume.claimName(), false)
                    .build());
            String folder = below(volume.path());
            mounts.add(new VolumeMountBuilder()
                    .withName(DATA)
                    .withMountPath("/" + DATA)
                    .withSubPath(folder.isEmpty() ? null : folder.substring(1))
                    .build());
            return "file:///" + DATA;
        }

        private String s3(EtcdBackupStoreSpec.S3 s3, boolean credentials, boolean session) {
            flag("region", s3.region());
            flag("endpoint-url", s3.endpoint());
            if (s3.addressing() == EtcdBackupStoreSpec.S3.Addressing.PATH) {
                flags.add("--path-style");
            }
            if (credentials) {
                flags.add("--access-key-file=" + path(CREDENTIALS, ACCESS_KEY));
                flags.add("--secret-key-file=" + path(CREDENTIALS, SECRET_KEY));
                if (session) {
                    flags.add("--session-token-file=" + path(CREDENTIALS, SESSION_TOKEN));
                }
            }
            KeyRef authorities = s3.caBundleRef();
            if (authorities != null) {
                volumes.add(new VolumeBuilder()
                        .withName(AUTHORITIES)
                        .withNewConfigMap()
                        .withName(authorities.name())
                        .endConfigMap()
                        .build());
                mounts.add(mount(AUTHORITIES));
                flags.add("--ca-bundle=" + path(AUTHORITIES, authoritiesKey(authorities)));
            }
            if (s3.serverSideEncryption() != null) {
                flag("sse", s3.serverSideEncryption().algorithm());
                flag("kms-key-id", s3.serverSideEncryption().keyID());
            }
            return "s3://" + s3.bucket() + below(s3.prefix());
        }

        private void flag(String name, @Nullable String value) {
            if (value != null && !value.isEmpty()) {
                flags.add("--" + name + "=" + value);
            }
        }

        private void secret(String volume, String secret) {
            volumes.add(new VolumeBuilder()
                    .withName(volume)
                    .withNewSecret()
                    .withSecretName(secret)
                    .withDefaultMode(READABLE_BY_GROUP)
                    .endSecret()
                    .build());
            mounts.add(mount(volume));
        }

        private static VolumeMount mount(String volume) {
            return new VolumeMountBuilder()
                    .withName(volume)
                    .withMountPath("/" + volume)
                    .withReadOnly(true)
                    .build();
        }

        private static String path(String volume, String file) {
            return "/" + volume + "/" + file;
        }

        private static String below(@Nullable String prefix) {
            String bare = prefix == null ? "" : prefix.replaceAll("^/+|/+$", "");
            return bare.isEmpty() ? "" : "/" + bare;
        }
    }
}
