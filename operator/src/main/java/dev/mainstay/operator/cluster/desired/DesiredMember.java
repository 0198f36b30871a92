package dev.mainstay.operator.cluster.desired;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdMember;
import dev.mainstay.api.v1alpha1.EtcdMemberSpec;
import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.api.v1alpha1.Storage;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import java.util.Objects;

/** A member's object and volume. Pure. */
public final class DesiredMember {

    private final EtcdCluster cluster;

    /** Members of {@code cluster}. */
    public DesiredMember(EtcdCluster cluster) {
        this.cluster = cluster;
    }

    /** The object of the member with this number. */
    public EtcdMember member(int number, EtcdMemberSpec.Join join, int incarnation, String templateHash) {
        String clusterName = cluster.getMetadata().getName();
        String name = Names.member(clusterName, number);
        boolean claims = cluster.getSpec().storage().type() == Storage.Type.PERSISTENT_VOLUME_CLAIM;
        EtcdMember member = new EtcdMember();
        member.setMetadata(new ObjectMetaBuilder()
                .withName(name)
                .withNamespace(cluster.getMetadata().getNamespace())
                .withLabels(Names.labels(clusterName, name))
                .withFinalizers(MainstayApi.LEAVE_FINALIZER)
                .withOwnerReferences(Names.owner(cluster))
                .build());
        member.setSpec(new EtcdMemberSpec(
                clusterName,
                incarnation,
                join,
                cluster.getSpec().version(),
                templateHash,
                claims ? Names.volume(cluster, name) : null,
                false));
        return member;
    }

    /** The member's volume. Nothing owns it: it outlives mistakes, and goes when the retention says so. */
    public PersistentVolumeClaim volume(EtcdMember member) {
        Storage storage = cluster.getSpec().storage();
        return new PersistentVolumeClaimBuilder()
                .withNewMetadata()
                .withName(Objects.requireNonNull(member.getSpec().volumeClaimName()))
                .withNamespace(member.getMetadata().getNamespace())
                .withLabels(Names.labels(
                        cluster.getMetadata().getName(), member.getMetadata().getName()))
                .endMetadata()
                .withNewSpec()
                .withAccessModes(storage.accessMode().text())
                .withStorageClassName(storage.storageClassName())
                .withNewResources()
                .addToRequests("storage", storage.size())
                .endResources()
                .endSpec()
                .build();
    }
}
