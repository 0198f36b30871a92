package dev.mainstay.node.backup;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.IsoFields;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Which backups are kept, as users of restic and borg know it: the newest so many, and the newest of each of so many hours, days, weeks
 * and months that have one. What any rule keeps stays. Calendar time is UTC, weeks are ISO's.
 *
 * @param last so many of the newest; 0 for no such rule, as the others
 * @param maxAge older ones go, whatever other rules say; with no other rule, younger ones stay
 */
public record Retention(int last, int hourly, int daily, int weekly, int monthly, Optional<Duration> maxAge) {

    /** Keeps all. */
    public static final Retention ALL = new Retention(0, 0, 0, 0, 0, Optional.empty());

    private static final DateTimeFormatter HOUR = DateTimeFormatter.ofPattern("yyyyMMddHH", Locale.ROOT);
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("yyyyMMdd", Locale.ROOT);
    private static final DateTimeFormatter MONTH = DateTimeFormatter.ofPattern("yyyyMM", Locale.ROOT);

    public Retention {
        if (last < 0 || hourly < 0 || daily < 0 || weekly < 0 || monthly < 0) {
            throw new IllegalArgumentException("none can't be less than 0 backups");
        }
    }

    /** Which of these go. */
    Set<BackupId> without(Collection<BackupId> backups, Instant now) {
        Set<BackupId> gone = new HashSet<>(backups);
        gone.removeAll(kept(backups, now));
        return gone;
    }

    private Set<BackupId> kept(Collection<BackupId> backups, Instant now) {
        List<BackupId> newestFirst =
                backups.stream().sorted(Comparator.reverseOrder()).toList();
        Set<BackupId> kept = new HashSet<>();
        if (last == 0 && hourly == 0 && daily == 0 && weekly == 0 && monthly == 0) {
            kept.addAll(newestFirst);
        }
        kept.addAll(newestFirst.subList(0, Math.min(last, newestFirst.size())));
        newestOfEach(newestFirst, hourly, HOUR::format, kept);
        newestOfEach(newestFirst, daily, DAY::format, kept);
        newestOfEach(
                newestFirst,
                weekly,
                time -> time.get(IsoFields.WEEK_BASED_YEAR) + "-" + time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR),
                kept);
        newestOfEach(newestFirst, monthly, MONTH::format, kept);
        maxAge.ifPresent(age -> kept.removeIf(id -> id.time().isBefore(now.minus(age))));
        return kept;
    }

    private static void newestOfEach(
            List<BackupId> newestFirst, int count, Function<ZonedDateTime, String> period, Set<BackupId> kept) {
        int left = count;
        String last = "";
        for (BackupId id : newestFirst) {
            if (left == 0) {
                return;
            }
            String of = period.apply(id.time().atZone(ZoneOffset.UTC));
            if (!of.equals(last)) {
                kept.add(id);
                last = of;
                left--;
            }
        }
    }
}
