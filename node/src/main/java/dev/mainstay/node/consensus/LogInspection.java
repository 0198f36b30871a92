package dev.mainstay.node.consensus;

import dev.mainstay.node.command.LogPosition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongConsumer;

/**
 * What a log that nobody has open is like: every entry's checksum, the order of entries and files, whether it fits the state, the term
 * and what was acknowledged. Nothing is changed, unlike by the {@link LogGuard}, which cuts a torn tail.
 *
 * @param first the first index, -1 if the log is empty
 * @param last the last whole entry; that of the state if the log is empty
 * @param acknowledged the last index that a client may have been told of, -1 if that isn't known
 * @param term the highest term that this member has reached, 0 if that isn't known
 * @param files the number of log files
 * @param notes what is as a crash leaves it and the next start puts right, a line each
 * @param findings what is wrong, a line each
 */
public record LogInspection(
        long first,
        LogPosition last,
        long acknowledged,
        long term,
        int files,
        List<String> notes,
        List<String> findings) {

    public LogInspection {
        notes = List.copyOf(notes);
        findings = List.copyOf(findings);
    }

    /**
     * Reads the whole log.
     *
     * @param generation of the cluster, as the member's identity has it
     * @param durable where the state stands without the log
     * @param progress hears how many files have been read
     */
    public static LogInspection of(
            Path logDirectory,
            Path acknowledgedFile,
            long clusterId,
            int generation,
            LogPosition durable,
            LongConsumer progress)
            throws IOException {
        Path directory = RaftSettings.segmentDirectory(logDirectory, clusterId, generation);
        List<SegmentFile> segments = SegmentFile.list(directory);
        OptionalLong acknowledged = AcknowledgedIndex.read(acknowledgedFile);
        List<String> notes = new ArrayList<>();
        List<String> findings = new ArrayList<>();
        long reached = new VoteRecord(directory, logDirectory).reached();
        LogPosition last = segments.isEmpty()
                ? durable
                : scan(segments, acknowledged.orElse(Long.MAX_VALUE), durable, notes, findings, progress);
        LogPosition installed = InstalledLog.read(logDirectory);
        if (segments.isEmpty() && durable.index() > 0 && (installed == null || installed.index() != durable.index())) {
            findings.add("the log is empty, but the state ends at index " + durable.index());
        }
        if (acknowledged.isEmpty() && !segments.isEmpty()) {
            notes.add(acknowledgedFile + " is missing or unreadable: every entry counts as acknowledged");
        }
        if (last.index() < Math.max(durable.index(), acknowledged.orElse(0))) {
            findings.add("the log ends at index " + last.index() + ", but entries up to "
                    + Math.max(durable.index(), acknowledged.orElse(0)) + " were acknowledged");
        }
        if (!segments.isEmpty() && reached < last.term()) {
            findings.add(directory.resolve("raft-meta") + " is missing, unreadable or says term " + reached
                    + " where the log has " + last.term());
        }
        if (Files.exists(directory.resolve("raft-meta.conf")) && !new ConfigurationFile(directory).isReadable()) {
            findings.add(directory.resolve("raft-meta.conf") + " can't be read");
        }
        return new LogInspection(
                segments.isEmpty() ? -1 : segments.getFirst().start(),
                last,
                acknowledged.orElse(-1),
                reached,
                segments.size(),
                notes,
                findings);
    }

    private static LogPosition scan(
            List<SegmentFile> segments,
            long acknowledged,
            LogPosition durable,
            List<String> notes,
            List<String> findings,
            LongConsumer progress)
            throws IOException {
        SegmentFile oldest = segments.getFirst();
        if (oldest.start() > durable.index() + 1) {
            findings.add("the log begins at index " + oldest.start() + ", the state ends at " + durable.index()
                    + ": what lies between is missing");
        }
        LogPosition last = new LogPosition(0, oldest.start() - 1);
        long files = 0;
        for (SegmentFile segment : segments) {
            if (segment.start() != last.index() + 1) {
                findings.add("the files that hold the entries from " + (last.index() + 1) + " to "
                        + (segment.start() - 1) + " are missing");
            }
            SegmentScan scan = SegmentScan.of(segment);
            progress.accept(++files);
            String where =
                    segment.path().getFileName() + " at offset " + scan.end() + ", index " + (scan.lastIndex() + 1);
            if (scan.fault() != null) {
                boolean torn = segment.equals(segments.getLast()) && scan.lastIndex() >= acknowledged;
                if (torn) {
                    notes.add(where + ": " + scan.fault()
                            + "; it was never acknowledged, and the next start cuts it off");
                } else {
                    findings.add(where + ": " + scan.fault() + "; it was acknowledged");
                }
            } else if (!segment.isOpen() && scan.lastIndex() != segment.end()) {
                findings.add(where + ": the file's entries do not reach what its name says");
            }
            if (scan.lastTerm() != 0 && scan.lastTerm() < last.term()) {
                findings.add(segment.path().getFileName() + ": its terms are older than those of the file before");
            }
            if (durable.index() > 0
                    && segment.start() <= durable.index()
                    && scan.lastIndex() >= durable.index()
                    && SegmentScan.termAt(segment, durable.index()) != durable.term()) {
                findings.add("the entry that the state ends with, index " + durable.index()
                        + ", has another term in the log");
            }
            last = new LogPosition(Math.max(last.term(), scan.lastTerm()), scan.lastIndex());
        }
        return last;
    }
}
