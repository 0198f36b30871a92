package dev.mainstay.operator.cluster.act;

import dev.mainstay.api.v1alpha1.BackupSettings;
import dev.mainstay.api.v1alpha1.DeletionPolicy;
import dev.mainstay.api.v1alpha1.EtcdBackup;
import dev.mainstay.api.v1alpha1.EtcdBackupSchedule;
import dev.mainstay.api.v1alpha1.EtcdBackupSpec;
import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.operator.cluster.observe.Seen;
import dev.mainstay.operator.task.TaskNames;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Comparator;

/**
 * A backup of what a recovery went on with, of a cluster that has a schedule of them: of the same form, at once rather than at the next
 * time. Backups of before can be restored as ever.
 */
final class RecoveryBackup {

    private static final int CONFLICT = 409;
    private static final int NOT_FOUND = 404;

    private final KubernetesClient kubernetes;

    RecoveryBackup(KubernetesClient kubernetes) {
        this.kubernetes = kubernetes;
    }

    /** Makes its object, once for each incarnation; the rest is done as with any. */
    void take(Seen seen) {
        EtcdCluster cluster = seen.cluster();
        try {
            kubernetes
                    .resources(EtcdBackupSchedule.class)
                    .inNamespace(cluster.getMetadata().getNamespace())
                    .list()
                    .getItems()
                    .stream()
                    .filter(schedule -> schedule.getSpec()
                            .backupTemplate()
                            .spec()
                            .clusterRef()
                            .name()
                            .equals(cluster.getMetadata().getName()))
                    .min(Comparator.comparing(schedule -> schedule.getMetadata().getName()))
                    .ifPresent(schedule -> create(seen, schedule));
        } catch (KubernetesClientException e) {
            // Backups aren't served here.
            if (e.getCode() != NOT_FOUND) {
                throw e;
            }
        }
    }

    private void create(Seen seen, EtcdBackupSchedule schedule) {
        EtcdBackup backup = new EtcdBackup();
        backup.setMetadata(new ObjectMetaBuilder()
                .withName(TaskNames.of(seen.cluster().getMetadata().getName(), "after-recovery-" + seen.incarnation()))
                .withNamespace(seen.cluster().getMetadata().getNamespace())
                .build());
        BackupSettings settings = schedule.getSpec().backupTemplate().spec();
        backup.setSpec(new EtcdBackupSpec(
                settings.clusterRef(),
                settings.storeRef(),
                settings.source(),
                settings.compression(),
                settings.timeoutSeconds(),
                settings.verification(),
                DeletionPolicy.RETAIN));
        try {
            var _ = kubernetes.resource(backup).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != CONFLICT) {
                throw e;
            }
        }
    }
}
