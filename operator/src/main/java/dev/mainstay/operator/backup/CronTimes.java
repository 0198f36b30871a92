package dev.mainstay.operator.backup;

import dev.mainstay.operator.backup.engine.ScheduleEngine.Times;
import dev.mainstay.operator.schedule.CronSchedule;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** When a schedule in cron's notation, five fields in a time zone, is due. Pure. */
final class CronTimes {

    private CronTimes() {}

    /**
     * Its times around this one.
     *
     * @param field what the schedule is called, for messages
     */
    static Times around(String field, String schedule, String timeZone, Instant now) {
        try {
            CronSchedule cron = CronSchedule.of(field, schedule, "spec.timeZone", timeZone);
            @Nullable Instant last = cron.last(now);
            @Nullable Instant next = cron.next(now);
            return next == null && last == null
                    ? problem(field + " '" + schedule + "' never comes: correct it")
                    : new Times("", last, next);
        } catch (IllegalArgumentException e) {
            return problem(String.valueOf(e.getMessage()));
        }
    }

    private static Times problem(String text) {
        return new Times(text, null, null);
    }
}
