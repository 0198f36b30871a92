package dev.mainstay.node.consensus;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One file of the log, by its name.
 *
 * @param end the last index, -1 for the open segment, whose end only its content tells
 */
record SegmentFile(Path path, long start, long end) {

    private static final Pattern CLOSED = Pattern.compile("log_(\\d+)-(\\d+)");
    private static final Pattern OPEN = Pattern.compile("log_inprogress_(\\d+)");

    boolean isOpen() {
        return end < 0;
    }

    /** The segments in a directory by first index; none if there is no directory. */
    static List<SegmentFile> list(Path directory) throws IOException {
        var segments = new ArrayList<SegmentFile>();
        if (Files.isDirectory(directory)) {
            try (var files = Files.newDirectoryStream(directory, "log_*")) {
                for (Path file : files) {
                    String name = file.getFileName().toString();
                    Matcher closed = CLOSED.matcher(name);
                    Matcher open = OPEN.matcher(name);
                    if (closed.matches()) {
                        segments.add(new SegmentFile(
                                file, Long.parseLong(closed.group(1)), Long.parseLong(closed.group(2))));
                    } else if (open.matches()) {
                        segments.add(new SegmentFile(file, Long.parseLong(open.group(1)), -1));
                    }
                }
            }
        }
        segments.sort(Comparator.comparingLong(SegmentFile::start).thenComparing(SegmentFile::isOpen));
        return segments;
    }

    /** The name of a closed segment. */
    static String closedName(long start, long end) {
        return "log_" + start + "-" + end;
    }
}
