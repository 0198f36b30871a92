package dev.mainstay.operator.backup;

import dev.mainstay.api.v1alpha1.EtcdBackup;
import dev.mainstay.api.v1alpha1.EtcdClusterStatus;
import dev.mainstay.api.v1alpha1.EtcdRestore;
import dev.mainstay.api.v1alpha1.EtcdRestoreSpec;
import dev.mainstay.api.v1alpha1.PointInTime;
import dev.mainstay.operator.backup.engine.BackupEngine.Obstacle;
import dev.mainstay.operator.cluster.desired.RestoreCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a restore brings back.
 *
 * @param store the EtcdBackupStore; empty if there is a problem
 * @param path of the cluster in it
 * @param backup its name there, or latest
 * @param archived whether what the archive holds is wanted, too
 * @param target where to stop in the archive; null for its end
 * @param problem why it can't be said; null if it can
 * @param passes whether the problem may pass by itself
 */
record RestoreSource(
        String store,
        String path,
        String backup,
        boolean archived,
        @Nullable PointInTime target,
        @Nullable Obstacle problem,
        boolean passes) {

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
                    false,
                    null);
        }
        if (source.pointInTime() != null) {
            return found(
                    source.pointInTime().storeRef().name(),
                    restore.getSpec().clusterRef().name(),
                    EtcdClusterStatus.Restored.NEWEST,
                    true,
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
                : found(backup.getSpec().storeRef().name(), Backups.path(backup), id, false, null);
    }

    private static RestoreSource found(
            String store, String path, String backup, boolean archived, @Nullable PointInTime target) {
        return new RestoreSource(store, path, backup, archived, target, null, false);
    }

    /** What reads all of it beforehand. */
    List<String> check() {
        List<String> command = new ArrayList<>(List.of("verify"));
        if (target == null) {
            command.add(backup);
        } else {
            command.addAll(RestoreCommand.target(target));
        }
        command.add("--mode=checksum");
        return command;
    }

    /** What the cluster is to begin with; {@code found} is the backup that the check came upon. */
    String begins(String found) {
        return archived && target == null ? backup : found;
    }

    private static RestoreSource problem(String reason, String why, boolean passes) {
        return new RestoreSource("", "", "", false, null, new Obstacle(reason, why), passes);
    }
}
