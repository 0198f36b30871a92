package dev.mainstay.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** Brings a cluster back to an earlier state, in place: same name, services and certificates. */
@Group(MainstayApi.GROUP)
@Version(MainstayApi.VERSION)
@Plural("etcdrestores")
@ShortNames("er")
@Categories("mainstay")
@AdditionalPrinterColumn(name = "Cluster", jsonPath = ".spec.clusterRef.name")
@AdditionalPrinterColumn(name = "Succeeded", jsonPath = ".status.conditions[?(@.type==\"Succeeded\")].status")
@AdditionalPrinterColumn(name = "Reason", jsonPath = ".status.conditions[?(@.type==\"Succeeded\")].reason")
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
public class EtcdRestore extends CustomResource<EtcdRestoreSpec, EtcdRestoreStatus> implements Namespaced {

    private static final long serialVersionUID = 1L;

    @Override
    protected EtcdRestoreSpec initSpec() {
        return EtcdRestoreSpec.EMPTY;
    }

    @Override
    protected EtcdRestoreStatus initStatus() {
        return EtcdRestoreStatus.EMPTY;
    }
}
