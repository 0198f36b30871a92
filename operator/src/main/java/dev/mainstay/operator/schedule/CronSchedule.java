package dev.mainstay.operator.schedule;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** A schedule in cron's notation, five fields in a time zone. Pure. */
public final class CronSchedule {

    private static final CronParser PARSER = new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));

    private final ExecutionTime times;
    private final ZoneId zone;

    private CronSchedule(ExecutionTime times, ZoneId zone) {
        this.times = times;
        this.zone = zone;
    }

    /**
     * Reads it; {@link IllegalArgumentException} tells people what to write instead.
     *
     * @param field what the schedule is called, for messages
     * @param zoneField what its time zone is called
     */
    public static CronSchedule of(String field, String schedule, String zoneField, String timeZone) {
        ZoneId zone;
        try {
            zone = ZoneId.of(timeZone);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    zoneField + " '" + timeZone + "' is no time zone: write one such as Europe/Berlin or Etc/UTC", e);
        }
        try {
            return new CronSchedule(ExecutionTime.forCron(PARSER.parse(schedule).validate()), zone);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    field + " '" + schedule + "' can't be read (" + e.getMessage()
                            + "): write minute, hour, day of month, month and day of week, as in 0 1 * * *",
                    e);
        }
    }

    /** Its last time not after this one; null for none. */
    public @Nullable Instant last(Instant now) {
        ZonedDateTime here = at(now);
        return times.isMatch(here) && here.getSecond() == 0
                ? here.toInstant()
                : times.lastExecution(here).map(ZonedDateTime::toInstant).orElse(null);
    }

    /** Its first time after this one; null for none. */
    public @Nullable Instant next(Instant now) {
        return times.nextExecution(at(now)).map(ZonedDateTime::toInstant).orElse(null);
    }

    private ZonedDateTime at(Instant now) {
        return now.truncatedTo(ChronoUnit.SECONDS).atZone(zone);
    }
}
