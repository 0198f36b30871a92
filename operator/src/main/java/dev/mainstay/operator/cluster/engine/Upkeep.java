package dev.mainstay.operator.cluster.engine;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Work that can wait, and when it is welcome.
 *
 * @param open whether it is now
 * @param opens when it will be; null if it is now, or never will be
 * @param problem what is wrong with the schedules; empty for nothing. Then nothing that can wait is done
 * @param defragmentation how free space is returned; null for never by itself
 */
public record Upkeep(
        boolean open,
        @Nullable Instant opens,
        String problem,
        @Nullable Defragmentation defragmentation) {

    /** Nothing said: work is always welcome. */
    public static final Upkeep ALWAYS = new Upkeep(true, null, "", null);

    /** When it is welcome again, for people. */
    public String whenNext() {
        if (!problem.isEmpty()) {
            return problem;
        }
        return opens == null
                ? "none of spec.maintenance.windows ever opens again"
                : "the next maintenance window opens at " + opens;
    }

    /**
     * How free space is returned.
     *
     * @param since the time that is due now: who was last defragmented before it is looked at; null for none
     * @param minReclaimable least space worth it, bytes
     * @param atQuotaPercent at this part of the quota it is also worth it, due or not
     */
    public record Defragmentation(@Nullable Instant since, long minReclaimable, int atQuotaPercent) {}
}
