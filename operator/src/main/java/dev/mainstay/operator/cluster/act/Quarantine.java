package dev.mainstay.operator.cluster.act;

import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.operator.cluster.desired.QuarantineLabel;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Instant;
import java.util.List;

/** Keeps the volumes of members that a recovery left out for a while: nothing owns them, and nothing uses them again. */
final class Quarantine {

    private final KubernetesClient kubernetes;

    Quarantine(KubernetesClient kubernetes) {
        this.kubernetes = kubernetes;
    }

    /** Puts a volume aside, if it is there and isn't already. */
    void put(String namespace, String claim, Instant now) {
        PersistentVolumeClaim current = find(namespace, claim);
        if (current == null || QuarantineLabel.until(current).isPresent()) {
            return;
        }
        var _ = kubernetes
                .persistentVolumeClaims()
                .inNamespace(namespace)
                .withName(claim)
                .edit(found -> new PersistentVolumeClaimBuilder(found)
                        .editMetadata()
                        .withOwnerReferences(List.of())
                        .addToLabels(MainstayApi.QUARANTINE_LABEL, QuarantineLabel.from(now))
                        .endMetadata()
                        .build());
    }

    /** Deletes one that is still marked. */
    void drop(String namespace, String claim) {
        PersistentVolumeClaim current = find(namespace, claim);
        if (current != null && QuarantineLabel.until(current).isPresent()) {
            var _ = kubernetes
                    .resource(current)
                    .lockResourceVersion(current.getMetadata().getResourceVersion())
                    .delete();
        }
    }

    private PersistentVolumeClaim find(String namespace, String claim) {
        return kubernetes
                .persistentVolumeClaims()
                .inNamespace(namespace)
                .withName(claim)
                .get();
    }
}
