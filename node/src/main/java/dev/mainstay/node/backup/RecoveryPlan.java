package dev.mainstay.node.backup;

import dev.mainstay.node.archive.SegmentName;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * How to come to a moment: a backup, and what happened after.
 *
 * @param base to begin with
 * @param segments that go on from there, in order; more than are needed, perhaps
 * @param target where to stop
 */
public record RecoveryPlan(BackupManifest base, List<SegmentName> segments, RecoveryTarget target) {

    public RecoveryPlan {
        segments = List.copyOf(segments);
    }

    /**
     * Finds the way.
     *
     * @param line that is wanted; empty if it doesn't matter as long as there is but one
     * @param backup to begin with; empty for the newest that will do
     * @throws BackupException of reason OUT_OF_REACH, naming what can be restored, if there is none or more than one
     */
    public static RecoveryPlan of(
            RecoveryTarget target, OptionalLong line, Optional<BackupId> backup, List<RecoveryWindow> windows)
            throws BackupException {
        List<RecoveryWindow> wanted = windows.stream()
                .filter(window -> line.isEmpty() || window.line() == line.getAsLong())
                .filter(window -> backup.isEmpty()
                        || window.backups().stream().anyMatch(one -> one.id().equals(backup.get())))
                .map(window -> backup.isEmpty()
                        ? window
                        : new RecoveryWindow(
                                window.stretch(),
                                window.backups().stream()
                                        .filter(one -> one.id().equals(backup.get()))
                                        .toList()))
                .toList();
        List<RecoveryWindow> holding =
                wanted.stream().filter(window -> window.holds(target)).toList();
        if (target instanceof RecoveryTarget.Latest && holding.size() > 1) {
            holding = holding.stream()
                    .max(Comparator.comparing(RecoveryWindow::to))
                    .map(List::of)
                    .orElseThrow();
        }
        if (holding.isEmpty()) {
            throw new BackupException(
                    BackupException.Reason.OUT_OF_REACH,
                    target + " can't be restored"
                            + (wanted.isEmpty()
                                    ? ": there is no backup with an archive that goes on from it"
                                    : ". What can: " + listed(wanted)));
        }
        if (holding.stream().map(RecoveryWindow::line).distinct().count() > 1) {
            throw new BackupException(
                    BackupException.Reason.OUT_OF_REACH,
                    target + " is in several lines of the archive; choose one with --line: " + listed(holding));
        }
        RecoveryWindow window = holding.getLast();
        BackupManifest base = window.base(target);
        return new RecoveryPlan(base, window.stretch().behind(base.origin().raftIndex()), target);
    }

    /** Those segments that have something of what happened before the target. */
    public List<SegmentName> needed() {
        return segments.stream()
                .filter(segment -> switch (target) {
                    case RecoveryTarget.Revision(long revision) -> segment.fromRevision() < revision;
                    case RecoveryTarget.Time(Instant time) -> segment.fromMillis() <= time.toEpochMilli();
                    case RecoveryTarget.Latest() -> true;
                })
                .toList();
    }

    private static String listed(List<RecoveryWindow> windows) {
        return windows.stream().map(RecoveryWindow::toString).collect(Collectors.joining("; "));
    }
}
