package dev.mainstay.node.server;

import dev.mainstay.node.apply.ArchiveMark;
import dev.mainstay.node.apply.ArchiveMarks;
import dev.mainstay.node.archive.ArchiveKeeper;
import dev.mainstay.node.archive.ArchiveNews;
import dev.mainstay.node.archive.ArchiveSettings;
import dev.mainstay.node.archive.SegmentStore;
import dev.mainstay.node.backup.Repository;
import dev.mainstay.node.consensus.ArchiveNeed;
import dev.mainstay.node.objectstore.ObjectStore;
import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectStores;
import dev.mainstay.node.objectstore.StoreSettings;
import dev.mainstay.node.objectstore.sealed.EncryptionKeys;
import dev.mainstay.node.objectstore.sealed.ObjectCodec;
import dev.mainstay.node.observability.MemberGauges;
import dev.mainstay.node.server.settings.NodeSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;

/** Has a member archive its log. */
final class LogArchive {

    /** A directory may be on a volume that isn't there yet. */
    private static final String DIRECTORY = "file";

    /** However much may be held back, it must not be what fills the disk. */
    private static final int HELD_PART_OF_DISK = 10;

    private LogArchive() {}

    /**
     * Builds it. The store isn't asked for anything yet, so that a member starts while it is away.
     *
     * @throws IOException if the settings make no sense
     */
    static ArchiveKeeper of(NodeSettings.Archive settings, Path logDirectory, Core core, MemberGauges gauges)
            throws IOException {
        StoreSettings place;
        ObjectCodec codec;
        try {
            place = StoreSettings.of(URI.create(settings.repository()), settings.options());
            codec = ObjectCodec.of(settings.compressionLevel(), keys(settings));
            if (!place.scheme().equals(DIRECTORY)) {
                ObjectStores.open(place).close();
            }
        } catch (ObjectStoreException | IllegalArgumentException e) {
            throw new IOException("--archive-repository " + settings.repository() + ": " + e.getMessage(), e);
        }
        long maxHeldBytes = Math.min(
                settings.maxHeldBytes(), Files.getFileStore(logDirectory).getTotalSpace() / HELD_PART_OF_DISK);
        ArchiveMarks marks = core.applier().marks();
        core.raft().keepLogFor(new ArchiveNeed(() -> safe(marks.now()), maxHeldBytes));
        ArchiveNews news = new ArchiveNews();
        bind(gauges, news);
        return new ArchiveKeeper(
                new ArchiveSettings(settings.flushInterval(), settings.segmentBytes()),
                () -> open(place, codec),
                core.raft(),
                core.raft(),
                core.raft().entries(),
                core.applier(),
                news,
                core::leadersClockMillis,
                InstantSource.system(),
                System::nanoTime,
                new SecureRandom());
    }

    private static Optional<EncryptionKeys> keys(NodeSettings.Archive settings) throws ObjectStoreException {
        return settings.encryptionKeyFiles().isEmpty()
                ? Optional.empty()
                : Optional.of(EncryptionKeys.read(settings.encryptionKeyFiles(), settings.encryptionKeyId()));
    }

    private static SegmentStore open(StoreSettings place, ObjectCodec codec) throws IOException {
        ObjectStore objects = ObjectStores.open(place);
        try {
            Repository _ = Repository.openOrBegin(
                    objects, codec, InstantSource.system().instant());
            return new SegmentStore(objects, codec);
        } catch (IOException | RuntimeException e) {
            objects.close();
            throw e;
        }
    }

    /** Up to here the log isn't needed for the archive. */
    private static long safe(ArchiveMarks.State now) {
        if (now.line() == 0) {
            return Long.MAX_VALUE;
        }
        return now.archivedIndex() > 0
                ? now.archivedIndex()
                : now.marks().stream().mapToLong(ArchiveMark::index).min().orElse(Long.MAX_VALUE);
    }

    private static void bind(MemberGauges gauges, ArchiveNews news) {
        gauges.gauge(
                "mainstay_archive_shipping",
                "1 if this member leads and ships the log to the archive.",
                () -> news.isShipping() ? 1 : 0);
        gauges.gauge(
                "mainstay_archive_lag_seconds",
                "How old the oldest change is, at most, that isn't archived; 0 on members that don't ship.",
                news::lagSeconds);
        gauges.gauge(
                "mainstay_archive_lag_entries",
                "Log entries that are applied and not archived; 0 on members that don't ship.",
                news::lagEntries);
        gauges.gauge(
                "mainstay_archive_revision",
                "The newest revision that is archived, as the member that ships knows it.",
                news::revision);
        gauges.gauge(
                "mainstay_archive_since_revision",
                "Nothing behind this revision is missing in the archive, as the member that ships knows it.",
                news::sinceRevision);
        gauges.gauge(
                "mainstay_archive_until_timestamp_seconds",
                "A moment that the archive reaches, in seconds since 1970, as the member that ships knows it.",
                news::untilSeconds);
        gauges.gauge("mainstay_archive_index", "The last log entry that is archived.", news::index);
        gauges.counter(
                "mainstay_archive_segments_total", "Segments that this member shipped.", news, ArchiveNews::segments);
        gauges.counter("mainstay_archive_bytes_total", "Bytes of their objects.", news, ArchiveNews::bytes);
        gauges.counter(
                "mainstay_archive_failures_total",
                "Attempts to read or write the archive that failed.",
                news,
                ArchiveNews::failures);
        gauges.counter(
                "mainstay_archive_gaps_total",
                "Gaps in the archive that this member had to leave.",
                news,
                ArchiveNews::gaps);
    }
}
