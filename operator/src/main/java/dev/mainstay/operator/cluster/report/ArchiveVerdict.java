package dev.mainstay.operator.cluster.report;

import dev.mainstay.api.v1alpha1.EtcdBackupStoreStatus;
import dev.mainstay.api.v1alpha1.EtcdClusterStatus;
import dev.mainstay.operator.cluster.observe.ArchiveView;
import dev.mainstay.operator.member.ArchiveNumbers;
import dev.mainstay.operator.report.Conditions;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the status says of a cluster's archive: by what its members say, and by what the store held when it was last looked at. Pure, and the same
 * while nothing changes that people need to know; the moment that can be restored moves in steps.
 */
public final class ArchiveVerdict {

    /** Type of the condition. */
    public static final String TYPE = "ArchiveHealthy";

    /** How far the latest moment moves on before it is written down again. */
    static final Duration STEP = Duration.ofMinutes(5);

    private static final String SURVEYING = "Surveying";

    /** What was found stays found while nobody ships, as when leaders change. */
    private static final Set<String> FOUND = Set.of("UpToDate", "Lagging", "Gap", "BackupMissing", SURVEYING);

    private final ArchiveView archive;
    private final EtcdClusterStatus before;

    /** Of an archive; {@code before} is what the status says now. */
    public ArchiveVerdict(ArchiveView archive, EtcdClusterStatus before) {
        this.archive = archive;
        this.before = before;
    }

    private Optional<ArchiveNumbers> shipping() {
        return archive.shipper().map(name -> archive.numbers().get(name));
    }

    /** How long what isn't archived may have been waiting, seconds; null if nobody ships. */
    public @Nullable Double lagSeconds() {
        return shipping().map(ArchiveNumbers::lagSeconds).orElse(null);
    }

    /** The latest moment that can be restored; null if none can. */
    public @Nullable Instant recoverableUntil() {
        EtcdBackupStoreStatus.Window window = archive.window();
        if (window == null || window.latestTime() == null) {
            return null;
        }
        Instant seen = Instant.parse(window.latestTime()).truncatedTo(ChronoUnit.SECONDS);
        return shipping()
                .filter(_ -> goesOn(window))
                .map(numbers -> Instant.ofEpochSecond((long) numbers.untilSeconds()))
                .filter(until -> until.isAfter(seen))
                .orElse(seen);
    }

    /** Whether what was found in the store reaches to what is shipped now. */
    private boolean goesOn(EtcdBackupStoreStatus.Window window) {
        return Boolean.TRUE.equals(window.backed()) && !beganAnew(window);
    }

    /** Whether there is a gap behind what was found, or another line. The beginning moves on when old segments are let go, too. */
    private boolean beganAnew(EtcdBackupStoreStatus.Window window) {
        long found = number(window.sinceRevision());
        return shipping().filter(numbers -> numbers.sinceRevision() > found).isPresent();
    }

    private static long number(@Nullable String text) {
        return text == null ? 0 : Long.parseLong(text);
    }

    /** Sets the condition. */
    void condition(Conditions conditions) {
        Finding finding = finding();
        conditions.set(TYPE, finding.healthy, finding.reason, finding.why);
    }

    private record Finding(@Nullable Boolean healthy, String reason, String why) {}

    private Finding finding() {
        if (archive.wanted() == null) {
            return new Finding(null, "NotConfigured", "there is no archive");
        }
        ArchiveView.Held held = archive.held();
        Optional<ArchiveNumbers> ships = shipping();
        if (held != null && !held.passes()) {
            return new Finding(
                    false,
                    held.reason(),
                    "no member is told to archive, and those that do aren't changed: " + held.why());
        }
        if (held != null && ships.isEmpty()) {
            // A store that didn't work is tried again and again, which is no news.
            return before(Set.of(held.reason())).orElse(new Finding(null, held.reason(), held.why()));
        }
        return ships.map(this::finding)
                .or(() -> before(FOUND))
                .orElse(new Finding(
                        null, "Starting", "members are told to archive one after the other; the one that leads ships"));
    }

    /** What is said now, if it is for one of these reasons. */
    private Optional<Finding> before(Set<String> reasons) {
        return before.conditions().stream()
                .filter(condition -> TYPE.equals(condition.getType()) && reasons.contains(condition.getReason()))
                .findFirst()
                .map(ArchiveVerdict::kept);
    }

    private static Finding kept(Condition condition) {
        return new Finding(
                "Unknown".equals(condition.getStatus()) ? null : Boolean.valueOf("True".equals(condition.getStatus())),
                condition.getReason(),
                condition.getMessage());
    }

    private Finding finding(ArchiveNumbers ships) {
        int most = Objects.requireNonNull(archive.wanted()).maxLagSeconds();
        String store = archive.wanted().storeRef().name();
        if (ships.lagSeconds() > most) {
            return new Finding(
                    false,
                    "Lagging",
                    "what changed more than " + most + " s ago isn't archived yet; writes go on. See EtcdBackupStore "
                            + store + ", and the log of " + archive.shipper().orElse(""));
        }
        EtcdBackupStoreStatus.Window window = archive.window();
        if (window == null || window.sinceRevision() == null) {
            return new Finding(null, SURVEYING, "what the store holds of it is looked at");
        }
        String remedy = ": make an EtcdBackup to store " + store
                + ", or wait for that of a schedule. Nothing later can be restored" + " before";
        if (beganAnew(window)) {
            return new Finding(
                    false, "Gap", "the archive begins anew behind revision " + ships.sinceRevision() + remedy);
        }
        if (!Boolean.TRUE.equals(window.backed())) {
            return window.latestTime() == null
                    ? new Finding(false, "BackupMissing", "no backup is there that the archive goes on from" + remedy)
                    : new Finding(
                            false, "Gap", "the archive begins anew behind revision " + window.sinceRevision() + remedy);
        }
        return new Finding(true, "UpToDate", "every moment since the first backup can be restored");
    }

    /** What can be restored, put to what is said of backups. */
    EtcdClusterStatus.@Nullable BackupSummary summary(EtcdClusterStatus.@Nullable BackupSummary backups) {
        EtcdBackupStoreStatus.Window window = archive.window();
        if (archive.wanted() == null || window == null) {
            return backups;
        }
        Latest latest = latest(window);
        return new EtcdClusterStatus.BackupSummary(
                backups == null ? null : backups.lastSuccessfulTime(),
                backups == null ? null : backups.lastBackup(),
                backups == null ? null : backups.lastVerifiedTime(),
                window.firstTime(),
                latest.time,
                latest.revision);
    }

    private record Latest(@Nullable String time, @Nullable String revision) {}

    private Latest latest(EtcdBackupStoreStatus.Window window) {
        Instant until = recoverableUntil();
        if (until == null) {
            return new Latest(null, null);
        }
        EtcdClusterStatus.BackupSummary written = before.backup();
        String told = written == null ? null : written.latestRecoverableTime();
        if (written != null && told != null) {
            Instant then = Instant.parse(told);
            boolean little = !until.isBefore(then) && until.isBefore(then.plus(STEP));
            boolean unknown = shipping().isEmpty() && until.isBefore(then);
            if (little || unknown) {
                return new Latest(told, written.latestRecoverableRevision());
            }
        }
        long revision = shipping()
                .filter(_ -> goesOn(window))
                .map(ArchiveNumbers::revision)
                .orElse(0L);
        return new Latest(until.toString(), Long.toString(Math.max(revision, number(window.latestRevision()))));
    }

    /** Whether the store is to be looked at because of what a condition says. */
    public static boolean asksForSurvey(List<Condition> conditions, @Nullable Instant looked) {
        return conditions.stream()
                .filter(condition -> TYPE.equals(condition.getType()))
                .anyMatch(condition -> SURVEYING.equals(condition.getReason())
                        || ("Gap".equals(condition.getReason()) && isLater(condition, looked)));
    }

    private static boolean isLater(Condition condition, @Nullable Instant looked) {
        String since = condition.getLastTransitionTime();
        return looked == null || (since != null && Instant.parse(since).isAfter(looked));
    }
}
