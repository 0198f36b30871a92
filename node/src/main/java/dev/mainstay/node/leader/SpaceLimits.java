package dev.mainstay.node.leader;

/**
 * When a member has no room left.
 *
 * @param quotaBytes the most that live data may take; {@link Long#MAX_VALUE} for no quota
 * @param reserveBytes below this much usable space the disk counts as full; the log and compactions live on the rest
 * @param resumeBytes from this much usable space on a full disk counts as having room again; above the reserve
 */
public record SpaceLimits(long quotaBytes, long reserveBytes, long resumeBytes) {

    private static final long MIB = 1L << 20;
    private static final long MOST_RESERVE = 128 * MIB;
    private static final long MOST_RESUME = 256 * MIB;

    /**
     * The limits on a disk. On a small one less is kept free, so that it can be used at all and isn't full for ever once it
     * was.
     *
     * @param diskBytes the size of the file system
     */
    public static SpaceLimits onDisk(long quotaBytes, long diskBytes) {
        return new SpaceLimits(
                quotaBytes, Math.min(MOST_RESERVE, diskBytes / 4), Math.max(1, Math.min(MOST_RESUME, diskBytes / 2)));
    }

    public SpaceLimits {
        if (quotaBytes <= 0 || reserveBytes < 0 || resumeBytes <= reserveBytes) {
            throw new IllegalArgumentException("impossible limits of space: quota " + quotaBytes + ", reserve "
                    + reserveBytes + ", resume " + resumeBytes);
        }
    }
}
