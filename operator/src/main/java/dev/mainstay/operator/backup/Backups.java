package dev.mainstay.operator.backup;

import dev.mainstay.api.v1alpha1.EtcdBackup;
import dev.mainstay.api.v1alpha1.EtcdBackupStatus;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads backups' objects. Pure. */
final class Backups {

    static final String SUCCEEDED = "Succeeded";
    static final String VERIFIED = "Verified";

    private Backups() {}

    static EtcdBackupStatus status(EtcdBackup backup) {
        return Objects.requireNonNullElse(backup.getStatus(), EtcdBackupStatus.EMPTY);
    }

    static Optional<Condition> condition(EtcdBackupStatus status, String type) {
        return status.conditions().stream()
                .filter(condition -> type.equals(condition.getType()))
                .findFirst();
    }

    /** What a condition has decided; null before. */
    static @Nullable Boolean decided(EtcdBackupStatus status, String type) {
        String text = condition(status, type).map(Condition::getStatus).orElse("Unknown");
        return text.equals("Unknown") ? null : Boolean.valueOf(text.equals("True"));
    }

    /** Where the backups of a cluster are in a store. */
    static String path(EtcdBackup backup) {
        return backup.getSpec().clusterRef().name();
    }

    /** Its name in the store; null if there is none. */
    static @Nullable String id(EtcdBackup backup) {
        EtcdBackupStatus.Artifact artifact = status(backup).artifact();
        return artifact == null ? null : artifact.id();
    }
}
