package dev.mainstay.e2e.bench;

import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * Puts at a constant rate, whether the ones before were answered or not, so that a member that stalls shows in all that it
 * kept waiting. Keys are overwritten at random. Safe for any number of threads.
 */
final class PacedWrites implements AutoCloseable {
    private static final int TICK_MILLIS = 5;
    private static final int CONNECTIONS = 4;
    /** What would come on top isn't sent, and counts as failed. */
    private static final int MOST_UNDER_WAY = 10_000;

    private final RawCalls calls;
    private final Payloads payloads;
    private final String prefix;
    private final long keys;
    private final long nanosPerWrite;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final Recorder latencies = new Recorder(TimeUnit.MINUTES.toNanos(5), 3);
    private final LongAdder acknowledged = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final AtomicInteger underWay = new AtomicInteger();
    private long due = System.nanoTime();
    private int sequence;

    /**
     * Begins to write.
     *
     * @param endpoints the members that take the puts, in turn
     * @param perSecond how many puts in all
     * @param keys how many keys there are, numbered as {@link Payloads#key} has it
     */
    PacedWrites(List<String> endpoints, Payloads payloads, String prefix, long keys, int perSecond) {
        this.calls = new RawCalls(endpoints, CONNECTIONS);
        this.payloads = payloads;
        this.prefix = prefix;
        this.keys = keys;
        this.nanosPerWrite = TimeUnit.SECONDS.toNanos(1) / perSecond;
        var _ = timer.scheduleAtFixedRate(this::sendWhatIsDue, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Latencies in nanoseconds of what was acknowledged since the last call, from when it was due. */
    Histogram latencies() {
        return latencies.getIntervalHistogram();
    }

    long acknowledged() {
        return acknowledged.sum();
    }

    long failed() {
        return failed.sum();
    }

    private void sendWhatIsDue() {
        for (long now = System.nanoTime(); due <= now; due += nanosPerWrite) {
            send(due);
        }
    }

    private void send(long from) {
        if (underWay.get() >= MOST_UNDER_WAY) {
            failed.increment();
            return;
        }
        underWay.incrementAndGet();
        byte[] put = payloads.put(prefix, ThreadLocalRandom.current().nextLong(keys));
        calls.unary(sequence++ & Integer.MAX_VALUE, Cases.PUT, put, (response, status) -> {
            underWay.decrementAndGet();
            if (status.isOk()) {
                latencies.recordValue(Math.max(1, System.nanoTime() - from));
                acknowledged.increment();
            } else {
                failed.increment();
            }
        });
    }

    @Override
    public void close() {
        timer.shutdownNow();
        calls.close();
    }
}
