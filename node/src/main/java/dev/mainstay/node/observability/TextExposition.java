package dev.mainstay.node.observability;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes a registry in Prometheus' text format 0.0.4. A name without dots is written as it is; a dotted one, as
 * Micrometer's own binders use, becomes snake case with its unit.
 */
public final class TextExposition {

    /** What the answer's content type must be. */
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final double NANOS_PER_SECOND = 1e9;

    private final MeterRegistry registry;

    /** Writes this registry. */
    public TextExposition(MeterRegistry registry) {
        this.registry = registry;
    }

    /** All meters, families by name. Costs time in proportion to their number; not for an event loop under load. */
    public String scrape() {
        Map<String, List<Meter>> families = new TreeMap<>();
        registry.forEachMeter(meter ->
                families.computeIfAbsent(name(meter), name -> new ArrayList<>()).add(meter));
        StringBuilder text = new StringBuilder(64 * 1024);
        families.forEach((name, meters) -> family(text, name, meters));
        return text.toString();
    }

    private static void family(StringBuilder text, String name, List<Meter> meters) {
        Meter first = meters.getFirst();
        String help = first.getId().getDescription();
        if (help != null) {
            text.append("# HELP ").append(name).append(' ');
            text.append(help.replace("\\", "\\\\").replace("\n", "\\n")).append('\n');
        }
        text.append("# TYPE ").append(name).append(' ').append(type(first)).append('\n');
        for (Meter meter : meters) {
            meter.use(
                    gauge -> sample(text, name, gauge.getId(), null, gauge.value()),
                    counter -> sample(text, name, counter.getId(), null, counter.count()),
                    timer -> histogram(text, name, timer.getId(), timer.takeSnapshot(), NANOS_PER_SECOND),
                    summary -> histogram(text, name, summary.getId(), summary.takeSnapshot(), 1),
                    task -> sample(text, name, task.getId(), null, task.activeTasks()),
                    gauge -> sample(text, name, gauge.getId(), null, gauge.value(TimeUnit.SECONDS)),
                    counter -> sample(text, name, counter.getId(), null, counter.count()),
                    timer -> sample(text, name, timer.getId(), null, timer.totalTime(TimeUnit.SECONDS)),
                    other -> other.measure().forEach(one -> sample(text, name, other.getId(), null, one.getValue())));
        }
    }

    private static String type(Meter meter) {
        return switch (meter) {
            case Counter c -> "counter";
            case FunctionCounter c -> "counter";
            case FunctionTimer t -> "counter";
            case Timer t -> "histogram";
            case DistributionSummary s -> "histogram";
            case Gauge g -> "gauge";
            case LongTaskTimer t -> "gauge";
            default -> "untyped";
        };
    }

    private static void histogram(
            StringBuilder text, String name, Meter.Id id, HistogramSnapshot snapshot, double unit) {
        for (CountAtBucket bucket : snapshot.histogramCounts()) {
            sample(text, name + "_bucket", id, number(bucket.bucket() / unit), bucket.count());
        }
        sample(text, name + "_bucket", id, "+Inf", (double) snapshot.count());
        sample(text, name + "_sum", id, null, snapshot.total() / unit);
        sample(text, name + "_count", id, null, (double) snapshot.count());
    }

    private static void sample(
            StringBuilder text, String name, Meter.Id id, @Nullable String upperBound, double value) {
        text.append(name);
        char open = '{';
        for (Tag tag : id.getTagsAsIterable()) {
            label(text.append(open), tag.getKey().replace('.', '_'), tag.getValue());
            open = ',';
        }
        if (upperBound != null) {
            label(text.append(open), "le", upperBound);
            open = ',';
        }
        if (open == ',') {
            text.append('}');
        }
        text.append(' ').append(number(value)).append('\n');
    }

    private static void label(StringBuilder text, String key, String value) {
        text.append(key).append("=\"");
        text.append(value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n"));
        text.append('"');
    }

    private static String number(double value) {
        if (Double.isInfinite(value)) {
            return value > 0 ? "+Inf" : "-Inf";
        }
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            return Long.toString((long) value);
        }
        return Double.toString(value);
    }

    private static String name(Meter meter) {
        Meter.Id id = meter.getId();
        if (id.getName().indexOf('.') < 0) {
            return id.getName();
        }
        String name = id.getName().replace('.', '_').replace('-', '_');
        String unit = meter instanceof Timer || meter instanceof TimeGauge || meter instanceof FunctionTimer
                ? "seconds"
                : id.getBaseUnit();
        if (unit != null && !unit.isEmpty() && !name.endsWith("_" + unit)) {
            name += "_" + unit.replace(' ', '_');
        }
        boolean counter =
                meter instanceof Counter || meter instanceof FunctionCounter || meter instanceof FunctionTimer;
        return counter && !name.endsWith("_total") ? name + "_total" : name;
    }
}
