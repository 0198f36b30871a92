package dev.mainstay.node.archive;

import java.time.Instant;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the key of a segment says of it: {@code archive/LINE/FIRST-LAST-FROM-TO-SINCE-UNTIL.seg}, the line in hexadecimal digits, the others
 * decimal, the first index with zeros before it so that keys are in the order of the log.
 *
 * <p>A segment that doesn't end at a mark says of its end what is true for certain: the revision and the time of its beginning.
 *
 * @param line that it belongs to, not 0
 * @param firstIndex of the log entries in it
 * @param lastIndex of them, not less
 * @param fromRevision the newest before it
 * @param toRevision one that is reached with it
 * @param fromMillis what time it was before it, since 1970
 * @param toMillis that the cluster was at its end or later
 */
public record SegmentName(
        long line,
        long firstIndex,
        long lastIndex,
        long fromRevision,
        long toRevision,
        long fromMillis,
        long toMillis) {

    /** What the keys of all segments begin with. */
    public static final String ARCHIVE = "archive/";

    /** By what they hold; of those that begin alike, the longest first. */
    public static final Comparator<SegmentName> ORDER = Comparator.comparingLong(SegmentName::firstIndex)
            .thenComparing(Comparator.comparingLong(SegmentName::lastIndex).reversed())
            .thenComparing(SegmentName::key);

    private static final String NUMBER = "(\\d{1,19})";
    private static final Pattern FORM = Pattern.compile(ARCHIVE + "([0-9a-f]{16})/(\\d{19})-" + NUMBER + "-" + NUMBER
            + "-" + NUMBER + "-" + NUMBER + "-" + NUMBER + "\\.seg");

    public SegmentName {
        if (line == 0
                || firstIndex < 0
                || lastIndex < firstIndex
                || fromRevision < 0
                || toRevision < fromRevision
                || fromMillis < 0
                || toMillis < fromMillis) {
            throw new IllegalArgumentException("a segment that ends before it begins");
        }
    }

    /** The object's key. */
    public String key() {
        return String.format(
                Locale.ROOT,
                "%s%019d-%d-%d-%d-%d-%d.seg",
                prefix(line),
                firstIndex,
                lastIndex,
                fromRevision,
                toRevision,
                fromMillis,
                toMillis);
    }

    /** What the keys of a line begin with. */
    static String prefix(long line) {
        return ARCHIVE + lineText(line) + "/";
    }

    /** A line as people and keys name it. */
    public static String lineText(long line) {
        return String.format(Locale.ROOT, "%016x", line);
    }

    /** When the cluster was at its end, or earlier. */
    public Instant until() {
        return Instant.ofEpochMilli(toMillis);
    }

    /** The one that a key names, if it is one. */
    public static Optional<SegmentName> parse(String key) {
        Matcher form = FORM.matcher(key);
        if (!form.matches()) {
            return Optional.empty();
        }
        try {
            SegmentName name = new SegmentName(
                    Long.parseUnsignedLong(form.group(1), 16),
                    Long.parseLong(form.group(2)),
                    Long.parseLong(form.group(3)),
                    Long.parseLong(form.group(4)),
                    Long.parseLong(form.group(5)),
                    Long.parseLong(form.group(6)),
                    Long.parseLong(form.group(7)));
            return name.key().equals(key) ? Optional.of(name) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return key();
    }
}
