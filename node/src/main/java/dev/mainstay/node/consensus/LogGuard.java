package dev.mainstay.node.consensus;

import dev.mainstay.node.command.LogPosition;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.OptionalLong;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks through the log before Ratis opens it, and decides between three ends: it is whole; its tail is torn behind
 * everything acknowledged, as a crash in the middle of a write leaves it, and is cut; or something acknowledged is damaged
 * or missing, and the member must not start.
 *
 * <p>What was acknowledged: everything up to the {@link AcknowledgedIndex} and up to the state's durable position. What
 * is needed: everything behind the durable position. Files wholly before it are dropped here, so that starting doesn't
 * read them. Not thread-safe; used once.
 */
final class LogGuard {

    private static final Logger LOG = LoggerFactory.getLogger(LogGuard.class);
    private static final String ADVICE =
            " Nothing was changed. Restore the data directory from a snapshot or a copy, or remove this member from its"
                    + " cluster and add it again with an empty directory.";

    private final Path directory;
    private final Path acknowledgedFile;
    private final long durable;
    private final boolean alone;
    private final @Nullable LogPosition installed;
    private long lastTerm;

    /**
     * @param directory where the segments are
     * @param durable the index up to which the state needs no log, 0 for none
     * @param alone whether no peer may need entries that this member doesn't
     * @param installed the position at which the state came from a peer, without a log; null if it never did
     */
    LogGuard(Path directory, Path acknowledgedFile, long durable, boolean alone, @Nullable LogPosition installed) {
        this.directory = directory;
        this.acknowledgedFile = acknowledgedFile;
        this.durable = durable;
        this.alone = alone;
        this.installed = installed;
    }

    /**
     * What may be relied on from here on.
     *
     * @param acknowledged the highest index a client may have been told of
     * @param lastIndex the log's last index, -1 if it is empty
     */
    record Findings(long acknowledged, long lastIndex) {}

    /** @throws DamagedLogException if something acknowledged is damaged or missing */
    Findings examine() throws IOException {
        List<SegmentFile> segments = SegmentFile.list(directory);
        OptionalLong watermark = AcknowledgedIndex.read(acknowledgedFile);
        boolean unknown = watermark.isEmpty() && !segments.isEmpty();
        if (unknown) {
            LOG.warn("{} is missing or unreadable: every entry of the log counts as acknowledged", acknowledgedFile);
        }
        long acknowledged = Math.max(durable, watermark.orElse(0));
        if (segments.isEmpty()) {
            if (installed != null && installed.index() == durable && acknowledged == durable) {
                lastTerm = installed.term();
                checkTerm(true);
                return new Findings(acknowledged, -1);
            }
            if (acknowledged > 0) {
                throw damaged(
                        directory, 0, acknowledged, "the log is empty, but entries up to here were acknowledged.");
            }
            return new Findings(0, -1);
        }
        segments = dropUnneeded(segments);
        if (segments.getFirst().start() > durable + 1) {
            long missing = durable == 0 ? 0 : durable + 1;
            throw damaged(
                    directory,
                    0,
                    missing,
                    "the log begins at index " + segments.getFirst().start() + ", the state ends at " + durable
                            + ": what lies between is missing. The database may be an older copy than the log.");
        }
        Findings findings = scan(segments, acknowledged, unknown);
        checkTerm(!segments.isEmpty());
        return findings;
    }

    private Findings scan(List<SegmentFile> segments, long acknowledged, boolean unknown) throws IOException {
        long last = segments.getFirst().start() - 1;
        for (int i = 0; i < segments.size(); i++) {
            SegmentFile segment = segments.get(i);
            String fault = null;
            SegmentScan scan = null;
            if (segment.start() != last + 1) {
                fault = "the files that hold the entries from here to " + (segment.start() - 1) + " are missing";
            } else {
                scan = SegmentScan.of(segment);
                fault = scan.fault();
                if (fault == null && scan.lastTerm() != 0 && scan.lastTerm() < lastTerm) {
                    fault = "the file's terms are older than those of the file before";
                    scan = new SegmentScan(last, lastTerm, 0, fault);
                }
                if (fault == null && !segment.isOpen() && scan.lastIndex() != segment.end()) {
                    fault = "the file's entries do not reach what its name says";
                }
                last = scan.lastIndex();
                lastTerm = Math.max(lastTerm, scan.lastTerm());
            }
            if (fault != null) {
                long first = last + 1;
                long offset = scan == null ? 0 : scan.end();
                Path where = scan == null ? directory : segment.path();
                if (first <= acknowledged || (unknown && holdsMore(scan, segment))) {
                    throw damaged(where, offset, first, fault + ", and index " + first + " was acknowledged.");
                }
                LOG.warn(
                        "{} at offset {}: {}. Entries from {} on were never acknowledged and are cut off.",
                        where,
                        offset,
                        fault,
                        first);
                cut(segments.subList(i, segments.size()), scan);
                break;
            }
        }
        if (last < acknowledged) {
            SegmentFile tail = segments.getLast();
            throw damaged(
                    tail.path(),
                    Files.exists(tail.path()) ? Files.size(tail.path()) : 0,
                    last + 1,
                    "the log ends at index " + last + ", but entries up to " + acknowledged
                            + " were acknowledged. The log may be an older copy than the database, or its end was cut.");
        }
        return new Findings(acknowledged, last);
    }

    /** Without a watermark, whatever looks like more than the remains of the last write counts as acknowledged. */
    private static boolean holdsMore(@Nullable SegmentScan scan, SegmentFile segment) {
        return scan == null || !segment.isOpen() || scan.fault() != null;
    }

    /** Files that nobody needs: an interrupted purge may even have left holes between them. */
    private List<SegmentFile> dropUnneeded(List<SegmentFile> segments) throws IOException {
        int needed = 0;
        while (alone
                && needed < segments.size() - 1
                && !segments.get(needed).isOpen()
                && segments.get(needed).end() < durable) {
            Files.delete(segments.get(needed).path());
            needed++;
        }
        return segments.subList(needed, segments.size());
    }

    /** Cuts the log: everything in the first of these files behind what was found good, and the others whole. */
    private void cut(List<SegmentFile> segments, @Nullable SegmentScan scan) throws IOException {
        for (int i = segments.size() - 1; i >= (scan == null ? 0 : 1); i--) {
            Files.delete(segments.get(i).path());
        }
        if (scan != null) {
            SegmentFile first = segments.getFirst();
            if (scan.lastIndex() < first.start()) {
                Files.delete(first.path());
            } else {
                try (var channel = FileChannel.open(first.path(), StandardOpenOption.WRITE)) {
                    channel.truncate(scan.end());
                    channel.force(true);
                }
                if (!first.isOpen()) {
                    Files.move(
                            first.path(), directory.resolve(SegmentFile.closedName(first.start(), scan.lastIndex())));
                }
            }
        }
        WholeFile.force(directory);
    }

    /** The term is kept beside the log; one that runs behind it could make this member vote or lead twice in a term. */
    private void checkTerm(boolean needed) throws IOException {
        Path file = directory.resolve("raft-meta");
        long term = -1;
        if (Files.exists(file)) {
            var properties = new Properties();
            try (var reader = Files.newBufferedReader(file)) {
                properties.load(reader);
                term = Long.parseLong(properties.getProperty("term", "-1"));
            } catch (IOException | IllegalArgumentException e) {
                LOG.debug("{}", file, e);
            }
        }
        if (term < lastTerm || (term < 0 && needed)) {
            throw damaged(
                    file,
                    0,
                    0,
                    "the file is missing, unreadable or says term " + term + " where the log has " + lastTerm + ".");
        }
    }

    private static DamagedLogException damaged(Path file, long offset, long index, String what) {
        return new DamagedLogException(file, offset, index, what + ADVICE);
    }
}
