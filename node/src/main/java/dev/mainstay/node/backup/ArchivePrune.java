package dev.mainstay.node.backup;

import dev.mainstay.node.archive.SegmentName;
import dev.mainstay.node.archive.SegmentStore;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Deletes segments that no backup goes on with. Those that a backup which is being made may want stay, and so do those of a line that has no
 * backup yet. Used once, by one thread.
 */
public final class ArchivePrune {

    private static final int DELETED_AT_ONCE = 500;

    private final SegmentStore archive;
    private final Settings settings;

    /**
     * What is pruned.
     *
     * @param deadAfter how long segments stay that no backup has come to yet
     * @param maxAge older ones go though backups go on with them; what was between them and the archive's begin can't be restored any more
     */
    public record Settings(Duration deadAfter, Optional<Duration> maxAge, boolean dryRun) {}

    /** What was done, or with a dry run would be. */
    public record Result(int kept, int deleted, long deletedBytes) {}

    public ArchivePrune(SegmentStore archive, Settings settings) {
        this.archive = archive;
        this.settings = settings;
    }

    /**
     * Does it.
     *
     * @param kept all backups that stay
     * @param underWay since when the oldest backup is being made that isn't whole, by the store's clock; empty for none
     */
    public Result run(Collection<BackupManifest> kept, Optional<Instant> underWay, Instant now) throws IOException {
        int stay = 0;
        long bytes = 0;
        List<SegmentName> goners = new ArrayList<>();
        for (Map.Entry<Long, List<SegmentStore.Stored>> line : archive.list().entrySet()) {
            OptionalLong oldest = kept.stream()
                    .filter(backup -> backup.origin().archiveLine() == line.getKey())
                    .mapToLong(backup -> backup.origin().raftIndex())
                    .min();
            for (SegmentStore.Stored stored : line.getValue()) {
                if (isNeeded(stored, oldest, underWay, now)) {
                    stay++;
                } else {
                    goners.add(stored.name());
                    bytes += stored.object().size();
                }
            }
        }
        if (!settings.dryRun()) {
            for (int i = 0; i < goners.size(); i += DELETED_AT_ONCE) {
                archive.delete(goners.subList(i, Math.min(goners.size(), i + DELETED_AT_ONCE)));
            }
        }
        return new Result(stay, goners.size(), bytes);
    }

    private boolean isNeeded(SegmentStore.Stored stored, OptionalLong oldest, Optional<Instant> underWay, Instant now) {
        Instant shipped = stored.object().modified();
        if (settings.maxAge().isPresent()
                && shipped.isBefore(now.minus(settings.maxAge().get()))) {
            return false;
        }
        // What a backup goes on with was shipped after the backup was begun.
        if (underWay.isPresent() && !shipped.isBefore(underWay.get().minus(Duration.ofMinutes(1)))) {
            return true;
        }
        return oldest.isPresent()
                ? stored.name().lastIndex() > oldest.getAsLong()
                : shipped.isAfter(now.minus(settings.deadAfter()));
    }
}
