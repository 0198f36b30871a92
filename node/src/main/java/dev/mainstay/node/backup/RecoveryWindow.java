package dev.mainstay.node.backup;

import dev.mainstay.node.archive.SegmentName;
import dev.mainstay.node.archive.Stretch;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Moments that can be restored one and all: a part of the archive without a gap, from its first backup on.
 *
 * @param stretch the part
 * @param backups from which it goes on, by log index; at least one
 */
public record RecoveryWindow(Stretch stretch, List<BackupManifest> backups) {

    public RecoveryWindow {
        backups = List.copyOf(backups);
        if (backups.isEmpty()) {
            throw new IllegalArgumentException("a window without a backup");
        }
    }

    /**
     * All windows, by line and place in the log.
     *
     * @param archive segments by line, in their order
     */
    public static List<RecoveryWindow> of(List<BackupManifest> backups, Map<Long, List<SegmentName>> archive) {
        List<RecoveryWindow> windows = new ArrayList<>();
        archive.forEach((line, segments) -> {
            for (Stretch stretch : Stretch.of(segments)) {
                List<BackupManifest> bases = backups.stream()
                        .filter(backup -> backup.origin().archiveLine() == line
                                && stretch.continues(backup.origin().raftIndex()))
                        .sorted(Comparator.comparingLong(
                                backup -> backup.origin().raftIndex()))
                        .toList();
                if (!bases.isEmpty()) {
                    windows.add(new RecoveryWindow(stretch, bases));
                }
            }
        });
        return windows;
    }

    /** The line that it is of. */
    public long line() {
        return stretch.segments().getFirst().line();
    }

    /** The first revision that can be restored. */
    public long fromRevision() {
        return backups.getFirst().keys().revision();
    }

    /** The last. */
    public long toRevision() {
        return Math.max(stretch.toRevision(), backups.getLast().keys().revision());
    }

    /** The first time that can be restored; the first backup may be a little older, but its own time isn't known as well. */
    public Instant from() {
        return Instant.ofEpochMilli(Math.min(millis(backups.getFirst()), stretch.toMillis()));
    }

    /** The last. */
    public Instant to() {
        return Instant.ofEpochMilli(stretch.toMillis());
    }

    private long millis(BackupManifest backup) {
        return stretch.millisAt(backup.origin().raftIndex());
    }

    /** Whether this can be restored. */
    boolean holds(RecoveryTarget target) {
        return switch (target) {
            case RecoveryTarget.Revision(long revision) -> fromRevision() <= revision && revision <= toRevision();
            case RecoveryTarget.Time(Instant time) ->
                time.toEpochMilli() >= millis(backups.getFirst()) && !time.isAfter(to());
            case RecoveryTarget.Latest() -> true;
        };
    }

    /** The backup to begin with for something that it holds: the newest that isn't behind it. */
    BackupManifest base(RecoveryTarget target) {
        return backups.stream()
                .filter(backup -> switch (target) {
                    case RecoveryTarget.Revision(long revision) -> backup.keys().revision() <= revision;
                    case RecoveryTarget.Time(Instant time) -> millis(backup) <= time.toEpochMilli();
                    case RecoveryTarget.Latest() -> true;
                })
                .reduce((_, later) -> later)
                .orElseThrow();
    }

    @Override
    public String toString() {
        return "revisions " + fromRevision() + " to " + toRevision() + ", " + from() + " to " + to() + ", line "
                + SegmentName.lineText(line());
    }
}
