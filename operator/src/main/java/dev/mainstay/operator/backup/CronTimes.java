package dev.mainstay.operator.backup;

import com.cronutils.model.Cron;
import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import dev.mainstay.operator.backup.engine.ScheduleEngine.Times;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** When a schedule in cron's notation, five fields in a time zone, is due. Pure. */
final class CronTimes {

    private static final CronParser PARSER = new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));

    private CronTimes() {}

    /**
     * Its times around this one.
     *
     * @param field what the schedule is called, for messages
     */
    static Times around(String field, String schedule, String timeZone, Instant now) {
        ZoneId zone;
        try {
            zone = ZoneId.of(timeZone);
        } catch (DateTimeException e) {
            return problem(
                    "spec.timeZone '" + timeZone + "' is no time zone: write one such as Europe/Berlin or Etc/UTC");
        }
        try {
            Cron cron = PARSER.parse(schedule).validate();
            ExecutionTime times = ExecutionTime.forCron(cron);
            ZonedDateTime here = now.truncatedTo(ChronoUnit.SECONDS).atZone(zone);
            @Nullable
            Instant last = times.isMatch(here) && here.getSecond() == 0
                    ? here.toInstant()
                    : times.lastExecution(here).map(ZonedDateTime::toInstant).orElse(null);
            @Nullable
            Instant next =
                    times.nextExecution(here).map(ZonedDateTime::toInstant).orElse(null);
            return next == null && last == null
                    ? problem(field + " '" + schedule + "' never comes: correct it")
                    : new Times("", last, next);
        } catch (IllegalArgumentException e) {
            return problem(field + " '" + schedule + "' can't be read (" + e.getMessage()
                    + "): write minute, hour, day of month, month and day of week, as in 0 1 * * *");
        }
    }

    private static Times problem(String text) {
        return new Times(text, null, null);
    }
}
