package dev.mainstay.operator.member;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a member's metrics, in Prometheus' text format. */
final class MetricsPage {

    private static final Pattern CERTIFICATE =
            Pattern.compile("(?m)^mainstay_tls_certificate_expiry_timestamp_seconds\\{[^}]*serial=\"([0-9a-f]+)\"");
    private static final Pattern BUNDLE =
            Pattern.compile("(?m)^mainstay_tls_trusted_bundle\\{[^}]*sha256=\"([0-9a-f]+)\"");

    private static final Pattern DISK_SIZE = Pattern.compile("(?m)^mainstay_disk_size_bytes (\\S+)");
    private static final Pattern DISK_FREE = Pattern.compile("(?m)^mainstay_disk_free_bytes (\\S+)");

    private static final Pattern DEFRAGMENTING = Pattern.compile("(?m)^etcd_disk_defrag_inflight (\\S+)");

    private static final Pattern LAST_TERM = Pattern.compile("(?m)^mainstay_log_last_term(?:\\{[^}]*\\})? (\\S+)");
    private static final Pattern LAST_INDEX = Pattern.compile("(?m)^mainstay_log_last_index(?:\\{[^}]*\\})? (\\S+)");

    private MetricsPage() {}

    /** The last entry of the log; empty if the page doesn't tell. */
    static Optional<MemberApi.LogEnd> log(String page) {
        return number(LAST_TERM, page)
                .flatMap(term -> number(LAST_INDEX, page).map(index -> new MemberApi.LogEnd(term, index)));
    }

    private static Optional<Long> number(Pattern pattern, String page) {
        Matcher matcher = pattern.matcher(page);
        try {
            return matcher.find() ? Optional.of(new BigDecimal(matcher.group(1)).longValueExact()) : Optional.empty();
        } catch (ArithmeticException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    static Published read(String page) {
        return new Published(
                new TlsInUse(all(CERTIFICATE, page), all(BUNDLE, page)),
                disk(page),
                bytes(DEFRAGMENTING, page) > 0,
                ArchiveNumbers.of(name -> number(name, page)));
    }

    private static Published.@Nullable Disk disk(String page) {
        long size = bytes(DISK_SIZE, page);
        long free = bytes(DISK_FREE, page);
        return size <= 0 || free < 0 ? null : new Published.Disk(size, Math.min(free, size));
    }

    /** -1 if it isn't there, or is no number. */
    private static long bytes(Pattern pattern, String page) {
        Matcher matcher = pattern.matcher(page);
        try {
            return matcher.find() ? (long) Double.parseDouble(matcher.group(1)) : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static OptionalDouble number(String name, String page) {
        Matcher matcher =
                Pattern.compile("(?m)^" + name + "(?:\\{[^}]*})? (\\S+)").matcher(page);
        return matcher.find() ? OptionalDouble.of(Double.parseDouble(matcher.group(1))) : OptionalDouble.empty();
    }

    private static Set<String> all(Pattern pattern, String page) {
        Set<String> values = new TreeSet<>();
        Matcher matcher = pattern.matcher(page);
        while (matcher.find()) {
            values.add(matcher.group(1));
        }
        return values;
    }
}
