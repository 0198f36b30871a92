package dev.mainstay.operator.cluster;

import dev.mainstay.api.v1alpha1.Auth;
import dev.mainstay.api.v1alpha1.Bootstrap;
import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdClusterSpec;
import dev.mainstay.api.v1alpha1.Storage;
import dev.mainstay.api.v1alpha1.Tls;
import dev.mainstay.operator.pki.ServerNames;
import java.util.Objects;
import java.util.Optional;

/** What the API can say and this version doesn't do yet. Said instead of done half. */
final class Unsupported {

    private Unsupported() {}

    /** What to change; empty if all is done. */
    static Optional<String> reason(EtcdCluster cluster) {
        EtcdClusterSpec spec = cluster.getSpec();
        if (cluster.getMetadata().getDeletionTimestamp() != null) {
            return Optional.empty();
        }
        Tls tls = Objects.requireNonNullElse(spec.tls(), Tls.DEFAULT);
        Optional<String> wrong = tls.extraServerNames().stream()
                .filter(name -> !ServerNames.valid(name))
                .findFirst();
        if (wrong.isPresent()) {
            return Optional.of("spec.tls.extraServerNames has '" + wrong.get()
                    + "', which is neither a host name nor an IP address: correct it");
        }
        if (spec.auth() != null
                && spec.auth().mode() == Auth.Mode.PASSWORD
                && (tls.mode() != Tls.Mode.REQUIRED
                        || tls.clientAuthentication() != Tls.ClientAuthentication.REQUIRED)) {
            return Optional.of("with users, members know the operator by its certificate: set spec.tls.mode and"
                    + " spec.tls.clientAuthentication to Required");
        }
        Bootstrap bootstrap = spec.bootstrap();
        Bootstrap.FromExisting existing = bootstrap == null ? null : bootstrap.existing();
        if (existing != null && existing.mode() == Bootstrap.FromExisting.Mode.JOIN) {
            return Optional.of("members don't join a cluster that runs elsewhere: make a cluster with"
                    + " bootstrap.existing.mode Mirror, which takes over its data while it is used");
        }
        if (bootstrap != null && existing == null && spec.storage().type() != Storage.Type.PERSISTENT_VOLUME_CLAIM) {
            return Optional.of("a backup is restored into a volume: set spec.storage.type to PersistentVolumeClaim, or"
                    + " leave spec.bootstrap out");
        }
        return Optional.empty();
    }
}
