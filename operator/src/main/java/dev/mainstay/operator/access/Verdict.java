package dev.mainstay.operator.access;

import org.jspecify.annotations.Nullable;

/**
 * What condition {@code Ready} of a user or role is to say.
 *
 * @param ready whether the cluster has it as wanted; null while that isn't known
 * @param reason one word in CamelCase
 * @param message a sentence
 */
record Verdict(@Nullable Boolean ready, String reason, String message) {

    /** Reason of what is as wanted. */
    static final String SYNCED = "Synced";

    /** Reason of what is as wanted in a cluster that doesn't ask who calls. */
    static final String AUTH_DISABLED = "AuthDisabled";

    static Verdict no(String reason, String message) {
        return new Verdict(false, reason, message);
    }

    /** It is as wanted; but does the cluster ask? */
    static Verdict synced(boolean enabled) {
        return enabled
                ? new Verdict(true, SYNCED, "the cluster has it as wanted")
                : no(
                        AUTH_DISABLED,
                        "the cluster has it as wanted, but doesn't ask who calls yet: set spec.auth.mode of the"
                                + " EtcdCluster to Password");
    }
}
