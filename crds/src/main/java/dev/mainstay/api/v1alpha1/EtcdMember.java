package dev.mainstay.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** One member of a cluster. Made by the operator; deleting one replaces that member. */
@Group(MainstayApi.GROUP)
@Version(MainstayApi.VERSION)
@Plural("etcdmembers")
@ShortNames("em")
@Categories("mainstay")
@AdditionalPrinterColumn(name = "Cluster", jsonPath = ".spec.clusterName")
@AdditionalPrinterColumn(name = "Role", jsonPath = ".status.role")
@AdditionalPrinterColumn(name = "Ready", jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(name = "Version", jsonPath = ".status.version")
@AdditionalPrinterColumn(name = "DB", jsonPath = ".status.dbSize", type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "External", jsonPath = ".status.externalURL", priority = 1)
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
public class EtcdMember extends CustomResource<EtcdMemberSpec, EtcdMemberStatus> implements Namespaced {

    private static final long serialVersionUID = 1L;

    @Override
    protected EtcdMemberSpec initSpec() {
        return EtcdMemberSpec.EMPTY;
    }

    @Override
    protected EtcdMemberStatus initStatus() {
        return EtcdMemberStatus.EMPTY;
    }
}
