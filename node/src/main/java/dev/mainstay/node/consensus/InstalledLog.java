package dev.mainstay.node.consensus;

import dev.mainstay.node.command.LogPosition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fits the log to a state that came from a peer: what ends before it is dropped, and so is what lies behind it unless the
 * log has the very entry the state ends with. Term and vote stay. A mark says which position may stand without a log, since
 * to the {@link LogGuard} an empty log is a lost one otherwise. Used before the log is opened.
 *
 * <pre>
 * installed   term, index of the state
 * </pre>
 */
public final class InstalledLog {

    private static final Logger LOG = LoggerFactory.getLogger(InstalledLog.class);
    private static final String MARK = "installed";

    private InstalledLog() {}

    /**
     * Makes the log one that goes on behind a position. May be repeated after a crash at any point.
     *
     * @param position the last entry that the new state holds
     */
    public static void settle(RaftSettings settings, LogPosition position) throws IOException {
        Files.createDirectories(settings.logDirectory());
        writeMark(settings.logDirectory(), position);
        Path directory = settings.segmentDirectory();
        List<SegmentFile> segments = SegmentFile.list(directory);
        if (segments.isEmpty()) {
            return;
        }
        boolean goesOn = goesOnBehind(segments, position);
        int dropped = 0;
        // From the end, so that the entry at the position, which the decision hangs on, outlives those behind it.
        for (SegmentFile segment : segments.reversed()) {
            if (!goesOn || (!segment.isOpen() && segment.end() < position.index())) {
                Files.delete(segment.path());
                dropped++;
            }
        }
        WholeFile.force(directory);
        LOG.info(
                "the log was fitted to a state at index {}: {} of {} files dropped",
                position.index(),
                dropped,
                segments.size());
    }

    /**
     * Makes the log of a member whose state came from elsewhere and that has never run: no entries, and a term in which it votes
     * for nobody.
     *
     * @param logDirectory where the log is to live; made if missing
     * @param acknowledgedFile the file of the last acknowledged log index
     * @param position where the state stands, the same on every member of the cluster
     */
    public static void begin(Path logDirectory, Path acknowledgedFile, long clusterId, LogPosition position)
            throws IOException {
        Path segments = RaftSettings.segmentDirectory(logDirectory, clusterId, 0);
        Files.createDirectories(segments);
        new VoteRecord(segments, logDirectory).begin(position.term());
        writeMark(logDirectory, position);
        new AcknowledgedIndex(acknowledgedFile, position.index()).close();
        WholeFile.force(segments);
        WholeFile.force(logDirectory.resolve(segments.getName(logDirectory.getNameCount())));
        WholeFile.force(logDirectory);
    }

    /** Whether the log has the entry at the position, with its term: what follows it then belongs to the same history. */
    private static boolean goesOnBehind(List<SegmentFile> segments, LogPosition position) throws IOException {
        for (SegmentFile segment : segments) {
            if (segment.start() <= position.index() && (segment.isOpen() || segment.end() >= position.index())) {
                return SegmentScan.termAt(segment, position.index()) == position.term();
            }
        }
        return false;
    }

    /** The position that may stand without a log; null if there is none or the mark can't be read. */
    static @Nullable LogPosition read(Path logDirectory) {
        Path file = logDirectory.resolve(MARK);
        if (!Files.exists(file)) {
            return null;
        }
        var properties = new Properties();
        try (var reader = Files.newBufferedReader(file)) {
            properties.load(reader);
            return new LogPosition(
                    Long.parseLong(properties.getProperty("term", "")),
                    Long.parseLong(properties.getProperty("index", "")));
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("{} can't be read and counts as missing: {}", file, e.toString());
            return null;
        }
    }

    private static void writeMark(Path logDirectory, LogPosition position) throws IOException {
        WholeFile.write(logDirectory.resolve(MARK), "term=" + position.term() + "\nindex=" + position.index() + "\n");
    }
}
