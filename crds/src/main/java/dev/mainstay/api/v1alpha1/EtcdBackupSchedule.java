package dev.mainstay.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** Takes backups by the clock and lets old ones go. */
@Group(MainstayApi.GROUP)
@Version(MainstayApi.VERSION)
@Plural("etcdbackupschedules")
@ShortNames("ebs")
@Categories("mainstay")
@AdditionalPrinterColumn(name = "Schedule", jsonPath = ".spec.schedule")
@AdditionalPrinterColumn(name = "Suspend", jsonPath = ".spec.suspend", type = AdditionalPrinterColumn.Type.BOOLEAN)
@AdditionalPrinterColumn(
        name = "Last Success",
        jsonPath = ".status.lastSuccessfulTime",
        type = AdditionalPrinterColumn.Type.DATE)
@AdditionalPrinterColumn(name = "Next", jsonPath = ".status.nextScheduleTime")
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
public class EtcdBackupSchedule extends CustomResource<EtcdBackupScheduleSpec, EtcdBackupScheduleStatus>
        implements Namespaced {

    private static final long serialVersionUID = 1L;

    @Override
    protected EtcdBackupScheduleSpec initSpec() {
        return EtcdBackupScheduleSpec.EMPTY;
    }

    @Override
    protected EtcdBackupScheduleStatus initStatus() {
        return EtcdBackupScheduleStatus.EMPTY;
    }
}
