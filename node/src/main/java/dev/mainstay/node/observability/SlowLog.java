package dev.mainstay.node.observability;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Warnings of what took too long, at most one a second: a slow disk must not fill the log too. Any thread; what was quick
 * costs one comparison.
 */
public final class SlowLog {

    private static final System.Logger LOG = System.getLogger(SlowLog.class.getName());
    private static final long PERIOD_NANOS = 1_000_000_000;
    private static final double NANOS_PER_MILLI = 1e6;

    private final long thresholdNanos;
    private final LongSupplier nanoClock;
    private final Consumer<Map<String, Object>> sink;
    private final AtomicLong nextNanos;
    private final AtomicLong unreported = new AtomicLong();

    /** @param sink gets the fields of each line */
    SlowLog(long thresholdNanos, LongSupplier nanoClock, Consumer<Map<String, Object>> sink) {
        this.thresholdNanos = thresholdNanos;
        this.nanoClock = nanoClock;
        this.sink = sink;
        this.nextNanos = new AtomicLong(nanoClock.getAsLong());
    }

    /**
     * A log of its own.
     *
     * @param message what each line says; its fields come on top
     * @param threshold what takes longer is slow; zero or less for nothing
     */
    public static SlowLog of(String message, Duration threshold) {
        return new SlowLog(
                threshold.toNanos(), System::nanoTime, fields -> LOG.log(System.Logger.Level.WARNING, message, fields));
    }

    /** Whether so long is slow. */
    public boolean isSlow(long nanos) {
        return thresholdNanos > 0 && nanos > thresholdNanos;
    }

    /** Writes a line, or counts what the next line will say was left out. */
    public void warn(String what, long nanos) {
        warn(what, nanos, null);
    }

    /**
     * The same of something that may belong to a trace.
     *
     * @param traceId the trace's id, if it does
     */
    public void warn(String what, long nanos, @Nullable String traceId) {
        long now = nanoClock.getAsLong();
        long next = nextNanos.get();
        if (now - next < 0 || !nextNanos.compareAndSet(next, now + PERIOD_NANOS)) {
            unreported.incrementAndGet();
            return;
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("what", what);
        fields.put("took", millis(nanos));
        fields.put("threshold", millis(thresholdNanos));
        if (traceId != null) {
            fields.put("trace-id", traceId);
        }
        long left = unreported.getAndSet(0);
        if (left > 0) {
            fields.put("unreported", left);
        }
        sink.accept(fields);
    }

    private static String millis(long nanos) {
        return nanos / NANOS_PER_MILLI + "ms";
    }
}
