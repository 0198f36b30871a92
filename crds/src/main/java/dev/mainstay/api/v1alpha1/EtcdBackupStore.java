package dev.mainstay.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.Version;

/** A place where backups go, and all that is needed to reach it. */
@Group(MainstayApi.GROUP)
@Version(MainstayApi.VERSION)
@Plural("etcdbackupstores")
@Categories("mainstay")
@AdditionalPrinterColumn(name = "Ready", jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(name = "Reason", jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason")
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
public class EtcdBackupStore extends CustomResource<EtcdBackupStoreSpec, EtcdBackupStoreStatus> implements Namespaced {

    private static final long serialVersionUID = 1L;

    @Override
    protected EtcdBackupStoreSpec initSpec() {
        return EtcdBackupStoreSpec.EMPTY;
    }

    @Override
    protected EtcdBackupStoreStatus initStatus() {
        return EtcdBackupStoreStatus.EMPTY;
    }
}
