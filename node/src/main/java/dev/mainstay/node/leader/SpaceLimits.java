package dev.mainstay.node.leader;

/**
 * When a member has no room left.
 *
 * @param quotaBytes the most that live data may take; {@link Long#MAX_VALUE} for no quota
 * @param reserveBytes below this much usable space the disk counts as full; the log and compactions live on the rest
 * @param resumeBytes from this much usable space on a full disk counts as having room again; above the reserve
 */
public record SpaceLimits(long quotaBytes, long reserveBytes, long resumeBytes) {

    public SpaceLimits {
        if (quotaBytes <= 0 || reserveBytes < 0 || resumeBytes <= reserveBytes) {
            throw new IllegalArgumentException("impossible limits of space: quota " + quotaBytes + ", reserve "
                    + reserveBytes + ", resume " + resumeBytes);
        }
    }
}
