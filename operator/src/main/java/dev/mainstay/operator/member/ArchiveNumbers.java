package dev.mainstay.operator.member;

import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * What a member's metrics say of the archive.
 *
 * @param archives whether it was told to archive
 * @param shipping whether it leads and does
 * @param lagSeconds how old the oldest change is that isn't archived
 * @param revision the newest that is archived; 0 if it doesn't know
 * @param sinceRevision nothing behind it is missing in the archive; 0 if it doesn't know
 * @param untilSeconds a moment that the archive reaches, since 1970; 0 if it doesn't know
 */
public record ArchiveNumbers(
        boolean archives, boolean shipping, double lagSeconds, long revision, long sinceRevision, double untilSeconds) {

    /** Of a member that wasn't told to. */
    public static final ArchiveNumbers NONE = new ArchiveNumbers(false, false, 0, 0, 0, 0);

    private static final String PREFIX = "mainstay_archive_";

    /** From metrics by their names. */
    static ArchiveNumbers of(Function<String, OptionalDouble> metrics) {
        OptionalDouble shipping = metrics.apply(PREFIX + "shipping");
        return shipping.isEmpty()
                ? NONE
                : new ArchiveNumbers(
                        true,
                        shipping.getAsDouble() > 0,
                        metrics.apply(PREFIX + "lag_seconds").orElse(0),
                        (long) metrics.apply(PREFIX + "revision").orElse(0),
                        (long) metrics.apply(PREFIX + "since_revision").orElse(0),
                        metrics.apply(PREFIX + "until_timestamp_seconds").orElse(0));
    }
}
