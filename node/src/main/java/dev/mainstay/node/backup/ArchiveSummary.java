package dev.mainstay.node.backup;

import dev.mainstay.node.archive.SegmentName;
import dev.mainstay.node.archive.Stretch;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an archive comes to, in a few words, whatever there is of it.
 *
 * @param newest the part without a gap that reaches the latest moment; empty if there are no segments
 * @param window what can be restored of that part or, if no backup goes on with it, of the one that reaches the latest moment of those with
 *     a backup; empty if there is none
 * @param windows how many parts can be restored
 * @param gaps how many gaps there are
 * @param backups how many whole backups, with an archive or without
 */
public record ArchiveSummary(
        Optional<Stretch> newest, Optional<RecoveryWindow> window, int windows, int gaps, int backups) {

    /**
     * Of what a repository holds.
     *
     * @param archive segments by line, in their order
     */
    public static ArchiveSummary of(List<BackupManifest> backups, Map<Long, List<SegmentName>> archive) {
        Optional<Stretch> newest = archive.values().stream()
                .map(segments -> Stretch.of(segments).getLast())
                .max(Comparator.comparingLong(Stretch::toMillis));
        List<RecoveryWindow> windows = RecoveryWindow.of(backups, archive);
        Optional<RecoveryWindow> window = newest.flatMap(part -> windows.stream()
                        .filter(one -> one.stretch().equals(part))
                        .findFirst())
                .or(() -> windows.stream().max(Comparator.comparing(RecoveryWindow::to)));
        return new ArchiveSummary(
                newest, window, windows.size(), ArchiveCheck.gaps(archive).size(), backups.size());
    }

    /** Whether a backup goes on with the newest part, so that what happens now can be restored. */
    public boolean isBacked() {
        return newest.isPresent() && window.map(RecoveryWindow::stretch).equals(newest);
    }
}
