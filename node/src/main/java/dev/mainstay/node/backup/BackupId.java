package dev.mainstay.node.backup;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * The name of a backup: when it was begun, to the millisecond in UTC, and eight hexadecimal digits drawn at random, such as {@code
 * 20270314T020000.000Z-9f3c01ab}. Names sort by time.
 */
public record BackupId(String text) implements Comparable<BackupId> {

    private static final Pattern FORM = Pattern.compile("\\d{8}T\\d{6}\\.\\d{3}Z-[0-9a-f]{8}");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final int TIME_LENGTH = 20;

    public BackupId {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException(text + " is no name of a backup");
        }
        try {
            Instant _ = TIME.parse(text.substring(0, TIME_LENGTH), Instant::from);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(text + " is no name of a backup", e);
        }
    }

    /** A new one. */
    public static BackupId of(Instant begun, RandomGenerator random) {
        return new BackupId(TIME.format(begun) + "-" + String.format(Locale.ROOT, "%08x", random.nextInt()));
    }

    /** The one that a text names, if it is one. */
    public static Optional<BackupId> parse(String text) {
        try {
            return Optional.of(new BackupId(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** When it was begun, to the millisecond. */
    public Instant time() {
        return TIME.parse(text.substring(0, TIME_LENGTH), Instant::from);
    }

    @Override
    public int compareTo(BackupId other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
