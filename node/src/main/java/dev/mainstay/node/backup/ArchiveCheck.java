package dev.mainstay.node.backup;

import dev.mainstay.node.archive.SegmentName;
import dev.mainstay.node.archive.SegmentStore;
import dev.mainstay.node.archive.Stretch;
import dev.mainstay.node.objectstore.ObjectStoreException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Finds out whether the segments of an archive are what was put there, and follow one another. One thread. */
public final class ArchiveCheck {

    private final SegmentStore archive;
    private final BackupProgress progress;

    public ArchiveCheck(SegmentStore archive, BackupProgress progress) {
        this.archive = archive;
        this.progress = progress;
    }

    /** The gaps of lines, a sentence each. Reads no segment. */
    public static List<String> gaps(Map<Long, List<SegmentName>> lines) {
        List<String> gaps = new ArrayList<>();
        lines.forEach((line, names) -> {
            List<Stretch> stretches = Stretch.of(names);
            for (int i = 1; i < stretches.size(); i++) {
                Stretch before = stretches.get(i - 1);
                Stretch after = stretches.get(i);
                gaps.add(
                        "line " + SegmentName.lineText(line) + " lacks log entries " + (before.lastIndex() + 1) + " to "
                                + (after.firstIndex() - 1) + ", revisions " + (before.toRevision() + 1) + " to "
                                + after.fromRevision());
            }
        });
        return gaps;
    }

    /** Reads all; what is wrong, a sentence each. What is deleted meanwhile isn't. */
    public List<String> run(Map<Long, List<SegmentName>> lines) throws IOException {
        List<String> findings = new ArrayList<>(gaps(lines));
        progress.say("reading " + lines.values().stream().mapToInt(List::size).sum() + " segments");
        for (List<SegmentName> names : lines.values()) {
            read(names, findings, false);
        }
        return findings;
    }

    /** Reads all that a restore may need; what is wrong, a sentence each. */
    public List<String> run(RecoveryPlan plan) throws IOException {
        List<String> findings = new ArrayList<>();
        List<SegmentName> names = plan.needed();
        progress.say("reading " + names.size() + " segments");
        read(names, findings, true);
        return findings;
    }

    private void read(List<SegmentName> names, List<String> findings, boolean all) throws IOException {
        for (SegmentName name : names) {
            try {
                var _ = archive.read(name);
            } catch (ObjectStoreException e) {
                switch (e.kind()) {
                    case MISSING -> {
                        if (all) {
                            findings.add(name + " isn't there any more");
                        }
                    }
                    case DAMAGED -> findings.add(String.valueOf(e.getMessage()));
                    default -> throw BackupException.of(name.key(), e);
                }
            }
        }
    }
}
