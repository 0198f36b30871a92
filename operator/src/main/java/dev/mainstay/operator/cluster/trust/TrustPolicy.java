package dev.mainstay.operator.cluster.trust;

import java.time.Duration;

/**
 * How long things last.
 *
 * @param leaf how long certificates of members and clients are valid
 * @param renewBefore how long before their end they are renewed
 * @param authority how long an authority is valid
 * @param authorityRenewBefore how long before its end it is replaced
 * @param overlap how long clients get to pick up what is new
 */
public record TrustPolicy(
        Duration leaf, Duration renewBefore, Duration authority, Duration authorityRenewBefore, Duration overlap) {

    /** The overlap passes twice while an authority is replaced; more than this share of the time for that would end too late. */
    private static final int LARGEST_SHARE = 4;

    public TrustPolicy {
        Duration most = authorityRenewBefore.dividedBy(LARGEST_SHARE);
        overlap = overlap.compareTo(most) > 0 ? most : overlap;
    }
}
