package dev.mainstay.operator.schedule;

import java.time.Duration;
import java.util.Locale;

/** Durations as the API writes them: hours, minutes and seconds, as in {@code 1h30m}. Pure. */
public final class GoDuration {

    private GoDuration() {}

    /** What {@code text}, which the API's rules have let in, says. */
    public static Duration of(String text) {
        return text.isEmpty() ? Duration.ZERO : Duration.parse("PT" + text.toUpperCase(Locale.ROOT));
    }
}
