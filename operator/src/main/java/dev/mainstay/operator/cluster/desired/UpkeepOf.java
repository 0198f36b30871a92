package dev.mainstay.operator.cluster.desired;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.Maintenance;
import dev.mainstay.operator.cluster.engine.Upkeep;
import dev.mainstay.operator.schedule.CronSchedule;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads out of a cluster's object what work can wait, and when it is welcome. Pure. */
public final class UpkeepOf {

    private static final long DEFAULT_RECLAIMABLE = 200L << 20;

    /** A defragmentation that was due longer ago is left to the next time. */
    private static final Duration LATEST = Duration.ofHours(1);

    private static final String FIELD = "spec.maintenance.";

    private UpkeepOf() {}

    /** A window as it can be asked. */
    private record Window(CronSchedule opens, Duration open) {

        boolean isOpen(Instant at) {
            Instant last = opens.last(at);
            return last != null && last.plus(open).isAfter(at);
        }
    }

    /** What {@code cluster} says, at this moment. */
    public static Upkeep cluster(EtcdCluster cluster, Instant now) {
        Maintenance maintenance = cluster.getSpec().maintenance();
        if (maintenance == null) {
            return Upkeep.ALWAYS;
        }
        try {
            List<Window> windows = windows(maintenance, now);
            boolean open = open(windows, now);
            return new Upkeep(
                    open,
                    open ? null : next(windows, now),
                    "",
                    maintenance.defragmentation() == null
                            ? null
                            : defragmentation(maintenance.defragmentation(), windows, now));
        } catch (IllegalArgumentException e) {
            return new Upkeep(false, null, String.valueOf(e.getMessage()), null);
        }
    }

    private static List<Window> windows(Maintenance maintenance, Instant now) {
        List<Window> windows = new ArrayList<>();
        for (Maintenance.Window window : maintenance.windows()) {
            String field = FIELD + "windows[" + windows.size() + "].";
            windows.add(new Window(
                    schedule(field + "schedule", window.schedule(), field + "timeZone", window.timeZone(), now),
                    Duration.ofMinutes(window.durationMinutes())));
        }
        return windows;
    }

    private static CronSchedule schedule(String field, String schedule, String zoneField, String zone, Instant now) {
        CronSchedule read = CronSchedule.of(field, schedule, zoneField, zone);
        if (read.last(now) == null && read.next(now) == null) {
            throw new IllegalArgumentException(field + " '" + schedule + "' never comes: correct it");
        }
        return read;
    }

    private static boolean open(List<Window> windows, Instant at) {
        return windows.isEmpty() || windows.stream().anyMatch(window -> window.isOpen(at));
    }

    private static @Nullable Instant next(List<Window> windows, Instant after) {
        return windows.stream()
                .map(window -> window.opens().next(after))
                .filter(Objects::nonNull)
                .min(Comparator.naturalOrder())
                .orElse(null);
    }

    private static Upkeep.Defragmentation defragmentation(
            Maintenance.Defragmentation wanted, List<Window> windows, Instant now) {
        return new Upkeep.Defragmentation(
                wanted.schedule() == null ? null : due(wanted.schedule(), windows, now),
                wanted.minReclaimable() == null ? DEFAULT_RECLAIMABLE : Quantities.bytes(wanted.minReclaimable()),
                wanted.atQuotaPercent());
    }

    /** The time that is due now: the schedule's last, or when a window opened after it; null if that is long ago, or to come. */
    private static @Nullable Instant due(String schedule, List<Window> windows, Instant now) {
        Instant last = schedule(FIELD + "defragmentation.schedule", schedule, "", "Etc/UTC", now)
                .last(now);
        if (last == null) {
            return null;
        }
        Instant time = open(windows, last) ? last : next(windows, last);
        return time != null && !time.isAfter(now) && time.plus(LATEST).isAfter(now) ? time : null;
    }
}
