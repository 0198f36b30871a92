package dev.mainstay.operator.backup;

import dev.mainstay.api.v1alpha1.EtcdBackup;
import dev.mainstay.api.v1alpha1.EtcdRestore;
import dev.mainstay.api.v1alpha1.EtcdRestoreSpec;
import dev.mainstay.api.v1alpha1.PointInTime;
import dev.mainstay.operator.backup.engine.BackupEngine.Obstacle;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a restore brings back.
 *
 * @param store the EtcdBackupStore; empty if there is a problem
 * @param path of the cluster in it
 * @param backup its name there, or latest
 * @param target where to stop in the archive; null for the backup itself
 * @param problem why it can't be said; null if it can
 * @param passes whether the problem may pass by itself
 */
record RestoreSource(
        String store,
        String path,
        String backup,
        @Nullable PointInTime target,
        @Nullable Obstacle problem,
        boolean passes) {

    private static final String NEWEST = "latest";

    /** Of a restore; {@code backups} finds a backup by its name. */
    static RestoreSource of(EtcdRestore restore, Function<String, @Nullable EtcdBackup> backups) {
        EtcdRestoreSpec.Source source = restore.getSpec().source();
        if (source.object() != null) {
            String key = source.object().key().replaceAll("^/+", "");
            int slash = key.lastIndexOf('/');
            return found(
                    source.object().storeRef().name(),
                    key.substring(0, Math.max(0, slash)),
                    key.substring(slash + 1),
                    null);
        }
        if (source.pointInTime() != null) {
            return found(
                    source.pointInTime().storeRef().name(),
                    restore.getSpec().clusterRef().name(),
                    NEWEST,
                    source.pointInTime().target());
        }
        String name = source.backupRef() == null ? "" : source.backupRef().name();
        EtcdBackup backup = backups.apply(name);
        if (backup == null) {
            return problem("BackupMissing", "there is no EtcdBackup " + name + " in this namespace: make it", true);
        }
        String id = Backups.id(backup);
        Boolean made = Backups.decided(Backups.status(backup), Backups.SUCCEEDED);
        if (Boolean.FALSE.equals(made)) {
            return problem("SourceInvalid", "EtcdBackup " + name + " failed: name another", false);
        }
        return id == null
                ? problem("BackupNotComplete", "EtcdBackup " + name + " isn't complete yet", true)
                : found(backup.getSpec().storeRef().name(), Backups.path(backup), id, null);
    }

    private static RestoreSource found(String store, String path, String backup, @Nullable PointInTime target) {
        return new RestoreSource(store, path, backup, target, null, false);
    }

    private static RestoreSource problem(String reason, String why, boolean passes) {
        return new RestoreSource("", "", "", null, new Obstacle(reason, why), passes);
    }
}
