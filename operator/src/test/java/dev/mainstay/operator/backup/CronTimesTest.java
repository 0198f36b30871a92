package dev.mainstay.operator.backup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.operator.backup.engine.ScheduleEngine.Times;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When schedules are due, to the second and in summer too. */
class CronTimesTest {

    @ParameterizedTest
    @CsvSource({
        "0 1 * * *,      Etc/UTC,       2026-03-01T00:59:59Z, 2026-02-28T01:00:00Z, 2026-03-01T01:00:00Z",
        "0 1 * * *,      Etc/UTC,       2026-03-01T01:00:00Z, 2026-03-01T01:00:00Z, 2026-03-02T01:00:00Z",
        "0 1 * * *,      Etc/UTC,       2026-03-01T01:00:00.5Z, 2026-03-01T01:00:00Z, 2026-03-02T01:00:00Z",
        "0 1 * * *,      Etc/UTC,       2026-03-01T01:00:30Z, 2026-03-01T01:00:00Z, 2026-03-02T01:00:00Z",
        "*/15 * * * *,   Etc/UTC,       2026-03-01T01:14:59Z, 2026-03-01T01:00:00Z, 2026-03-01T01:15:00Z",
        "30 2 * * MON-FRI, Etc/UTC,     2026-03-07T12:00:00Z, 2026-03-06T02:30:00Z, 2026-03-09T02:30:00Z",
        "0 0 1 1 *,      Etc/UTC,       2026-03-01T00:00:00Z, 2026-01-01T00:00:00Z, 2027-01-01T00:00:00Z",
        "0 0 29 2 *,     Etc/UTC,       2026-03-01T00:00:00Z, 2024-02-29T00:00:00Z, 2028-02-29T00:00:00Z",
        "0 3 * * 7,      Etc/UTC,       2026-03-03T00:00:00Z, 2026-03-01T03:00:00Z, 2026-03-08T03:00:00Z",
        "0 1 * * *,      Europe/Berlin, 2026-03-28T12:00:00Z, 2026-03-28T00:00:00Z, 2026-03-29T00:00:00Z",
        "0 1 * * *,      Europe/Berlin, 2026-03-29T12:00:00Z, 2026-03-29T00:00:00Z, 2026-03-29T23:00:00Z",
        "0 12 * * *,     Asia/Kolkata,  2026-03-29T06:29:59Z, 2026-03-28T06:30:00Z, 2026-03-29T06:30:00Z",
    })
    void timesAreThoseOfCron(String schedule, String zone, Instant now, Instant last, Instant next) {
        assertThat(CronTimes.around("spec.schedule", schedule, zone, now)).isEqualTo(new Times("", last, next));
    }

    /** As cron does it: if both days are said, either will do. */
    @Test
    void dayOfMonthOrOfWeek() {
        Times times = CronTimes.around("spec.schedule", "0 0 13 * 5", "Etc/UTC", Instant.parse("2026-03-07T12:00:00Z"));

        assertThat(times.last()).isEqualTo("2026-03-06T00:00:00Z");
        assertThat(times.next()).isEqualTo("2026-03-13T00:00:00Z");
    }

    /** As with CronJobs: a time in the hour that spring leaves out isn't due that day; no other day is left out. */
    @Test
    void clocksThatAreChangedCostOneTimeAtMost() {
        Instant spring = Instant.parse("2026-03-29T12:00:00Z");
        Instant autumn = Instant.parse("2026-10-25T12:00:00Z");

        Times left = CronTimes.around("s", "30 2 * * *", "Europe/Berlin", spring);
        assertThat(left.last()).isEqualTo("2026-03-28T01:30:00Z");
        assertThat(left.next()).isEqualTo("2026-03-30T00:30:00Z");
        assertThat(CronTimes.around("s", "30 2 * * *", "Europe/Berlin", autumn).last())
                .isAfter("2026-10-24T12:00:00Z");
    }

    @ParameterizedTest
    @CsvSource({
        "61 * * * *,   Etc/UTC,      can't be read",
        "0 1 * *,      Etc/UTC,      can't be read",
        "every night,  Etc/UTC,      can't be read",
        "0 0 30 2 *,   Etc/UTC,      never comes",
        "0 1 * * *,    Mars/Olympus, is no time zone",
    })
    void nonsenseIsSaidToBeSo(String schedule, String zone, String problem) {
        Times times = CronTimes.around("spec.schedule", schedule, zone, Instant.parse("2026-03-01T00:00:00Z"));

        assertThat(times.problem()).contains(problem);
        assertThat(times.next()).isNull();
    }
}
