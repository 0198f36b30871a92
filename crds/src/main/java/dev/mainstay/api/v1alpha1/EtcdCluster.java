package dev.mainstay.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** A cluster of members that hold the same keys. */
@Group(MainstayApi.GROUP)
@Version(MainstayApi.VERSION)
@Plural("etcdclusters")
@ShortNames("ec")
@Categories("mainstay")
@AdditionalPrinterColumn(name = "Replicas", jsonPath = ".spec.replicas", type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
        name = "Ready",
        jsonPath = ".status.readyReplicas",
        type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "Version", jsonPath = ".status.version")
@AdditionalPrinterColumn(name = "Leader", jsonPath = ".status.leader")
@AdditionalPrinterColumn(name = "Available", jsonPath = ".status.conditions[?(@.type==\"Available\")].status")
@AdditionalPrinterColumn(name = "Operation", jsonPath = ".status.operation.type")
@AdditionalPrinterColumn(
        name = "Backup",
        jsonPath = ".status.backup.lastSuccessfulTime",
        type = AdditionalPrinterColumn.Type.DATE)
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
@AdditionalPrinterColumn(name = "Target", jsonPath = ".spec.version", priority = 1)
@AdditionalPrinterColumn(
        name = "Degraded",
        jsonPath = ".status.conditions[?(@.type==\"Degraded\")].status",
        priority = 1)
@AdditionalPrinterColumn(
        name = "Certs",
        jsonPath = ".status.conditions[?(@.type==\"CertificatesValid\")].status",
        priority = 1)
@AdditionalPrinterColumn(name = "ClusterID", jsonPath = ".status.clusterID", priority = 1)
@ValidationRule(
        value = "self.metadata.name.size() <= 40 && self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
        message = "the name becomes part of host names: choose one of at most 40 characters of a-z, 0-9 and '-' that"
                + " begins with a letter")
@ValidationRule(
        value = "!has(self.status) || !has(self.status.operation) || self.status.operation.type != 'Upgrade'"
                + " || self.spec.version == oldSelf.spec.version"
                + " || (has(self.status.version) && self.spec.version == self.status.version)",
        message = "an upgrade is under way: wait until it has finished, or set spec.version back to status.version to"
                + " cancel it")
public class EtcdCluster extends CustomResource<EtcdClusterSpec, EtcdClusterStatus> implements Namespaced {

    private static final long serialVersionUID = 1L;

    @Override
    protected EtcdClusterSpec initSpec() {
        return EtcdClusterSpec.EMPTY;
    }

    @Override
    protected EtcdClusterStatus initStatus() {
        return EtcdClusterStatus.EMPTY;
    }
}
