package dev.mainstay.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** One backup of a cluster, taken once. */
@Group(MainstayApi.GROUP)
@Version(MainstayApi.VERSION)
@Plural("etcdbackups")
@ShortNames("eb")
@Categories("mainstay")
@AdditionalPrinterColumn(name = "Cluster", jsonPath = ".spec.clusterRef.name")
@AdditionalPrinterColumn(name = "Succeeded", jsonPath = ".status.conditions[?(@.type==\"Succeeded\")].status")
@AdditionalPrinterColumn(name = "Verified", jsonPath = ".status.conditions[?(@.type==\"Verified\")].status")
@AdditionalPrinterColumn(name = "Revision", jsonPath = ".status.artifact.revision")
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
public class EtcdBackup extends CustomResource<EtcdBackupSpec, EtcdBackupStatus> implements Namespaced {

    private static final long serialVersionUID = 1L;

    @Override
    protected EtcdBackupSpec initSpec() {
        return EtcdBackupSpec.EMPTY;
    }

    @Override
    protected EtcdBackupStatus initStatus() {
        return EtcdBackupStatus.EMPTY;
    }
}
