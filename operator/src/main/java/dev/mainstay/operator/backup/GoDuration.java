package dev.mainstay.operator.backup;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as the API writes them: hours, minutes and seconds, as in {@code 1h30m}. Pure. */
final class GoDuration {

    private static final Pattern PART = Pattern.compile("([0-9]+)([hms])");

    private GoDuration() {}

    /** In seconds. */
    static long seconds(String text) {
        Matcher parts = PART.matcher(text);
        long seconds = 0;
        while (parts.find()) {
            long number = Long.parseLong(parts.group(1));
            seconds += switch (parts.group(2)) {
                case "h" -> number * 3600;
                case "m" -> number * 60;
                default -> number;
            };
        }
        return seconds;
    }
}
