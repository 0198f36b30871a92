package dev.mainstay.operator.server;

import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;

/** Which replica of the operator leads. Any thread. */
final class Leadership {

    static final String LEASE = "mainstay-operator";

    private volatile boolean here;
    private volatile String leader = "";

    private Leadership(boolean here) {
        this.here = here;
    }

    /** Of a replica without others. */
    static Leadership alone() {
        return new Leadership(true);
    }

    /** Of a replica that competes with others. */
    static Leadership contested() {
        return new Leadership(false);
    }

    /** The competition for the lease in this namespace, which tells this who wins. */
    LeaderElectionConfiguration election(String namespace) {
        return LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration(LEASE)
                .withLeaseNamespace(namespace)
                .withLeaderCallbacks(new LeaderCallbacks(() -> here = true, () -> here = false, this::leads))
                .build();
    }

    void leads(String identity) {
        leader = identity;
    }

    /** Whether this replica leads. */
    boolean isHere() {
        return here;
    }

    /** Whom the lease names, usually a pod; empty if that isn't known. */
    String leader() {
        return leader;
    }
}
