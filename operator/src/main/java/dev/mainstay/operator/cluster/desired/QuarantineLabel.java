package dev.mainstay.operator.cluster.desired;

import dev.mainstay.api.v1alpha1.MainstayApi;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The label that says until when a volume is kept that a recovery left behind: as labels spell times, which have no colons. Pure. */
public final class QuarantineLabel {

    /** How long volumes are kept. */
    public static final Duration KEPT = Duration.ofDays(7);

    private static final DateTimeFormatter FORMAT =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private QuarantineLabel() {}

    /** The value for what is put aside now. */
    public static String from(Instant now) {
        return FORMAT.format(now.plus(KEPT).truncatedTo(ChronoUnit.SECONDS));
    }

    /** Until when the object is kept; empty if it has no such label. What can't be read is kept, {@link Instant#MAX}. */
    public static Optional<Instant> until(HasMetadata object) {
        Map<String, String> labels =
                Objects.requireNonNullElse(object.getMetadata().getLabels(), Map.of());
        return Optional.ofNullable(labels.get(MainstayApi.QUARANTINE_LABEL)).map(QuarantineLabel::parse);
    }

    private static Instant parse(String text) {
        try {
            return Instant.from(FORMAT.parse(text));
        } catch (DateTimeParseException e) {
            return Instant.MAX;
        }
    }
}
