package dev.mainstay.operator.cluster;

import dev.mainstay.api.v1alpha1.Auth;
import dev.mainstay.api.v1alpha1.Bootstrap;
import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdClusterSpec;
import dev.mainstay.api.v1alpha1.Storage;
import dev.mainstay.api.v1alpha1.Tls;
import dev.mainstay.operator.cluster.desired.Joining;
import dev.mainstay.operator.pki.ServerNames;
import java.util.Objects;
import java.util.Optional;

/** What the API can say and this version doesn't do yet. Said instead of done half. */
final class Unsupported {

    private static final String ARCHIVE_REPOSITORY = "archive-repository";

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
        if (spec.archive() != null
                && spec.extraArgs().stream().anyMatch(argument -> ARCHIVE_REPOSITORY.equals(argument.name()))) {
            return Optional.of("members archive to one place: leave " + ARCHIVE_REPOSITORY
                    + " out of spec.extraArgs, or leave spec.archive out");
        }
        Bootstrap bootstrap = spec.bootstrap();
        Bootstrap.FromExisting existing = bootstrap == null ? null : bootstrap.existing();
        if (existing != null && Joining.wanted(cluster).isPresent()) {
            if (existing.userSecretRef() != null) {
                return Optional.of(
                        "members are joined by a certificate, not by a password: delete this EtcdCluster, and make"
                                + " one without bootstrap.existing.userSecretRef, whose tlsSecretRef has the certificate of a user"
                                + " with the role root");
            }
            if (tls.mode() == Tls.Mode.REQUIRED && tls.issuance() == Tls.Issuance.SELF_MANAGED) {
                return Optional.of("members on both sides must believe each other: set spec.tls.issuance to Provided or"
                        + " CertManager, with the authority of the cluster that bootstrap.existing names");
            }
        }
        if (bootstrap != null && existing == null && spec.storage().type() != Storage.Type.PERSISTENT_VOLUME_CLAIM) {
            return Optional.of("a backup is restored into a volume: set spec.storage.type to PersistentVolumeClaim, or"
                    + " leave spec.bootstrap out");
        }
        return Optional.empty();
    }
}
