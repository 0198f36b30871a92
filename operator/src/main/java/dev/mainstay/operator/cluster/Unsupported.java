package dev.mainstay.operator.cluster;

import dev.mainstay.api.v1alpha1.Auth;
import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdClusterSpec;
import dev.mainstay.api.v1alpha1.Tls;
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
        if (spec.tls() == null || spec.tls().mode() == Tls.Mode.REQUIRED) {
            return Optional.of("certificates aren't managed yet: set spec.tls.mode to Disabled");
        }
        if (spec.auth() != null && spec.auth().mode() == Auth.Mode.PASSWORD) {
            return Optional.of("users aren't managed yet: set spec.auth.mode to Disabled");
        }
        if (spec.bootstrap() != null) {
            return Optional.of("clusters can't begin from a backup yet: leave spec.bootstrap out");
        }
        return Optional.empty();
    }
}
