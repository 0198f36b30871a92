package dev.mainstay.operator.cluster.engine;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the status remembers.
 *
 * @param clusterId the cluster's id, from when it first answered; null before
 * @param incarnation raised by recoveries and restores in place
 * @param lastMemberNumber the newest member's number; never used again
 * @param quorumLostSince since when nothing can be agreed on; null while it can
 */
public record Recorded(
        @Nullable String clusterId,
        int incarnation,
        int lastMemberNumber,
        @Nullable Instant quorumLostSince) {

    /** Before anything happened. */
    public static final Recorded NOTHING = new Recorded(null, 1, 0, null);
}
