package dev.mainstay.e2e.bench;

import dev.mainstay.e2e.server.ProcessUsage;
import dev.mainstay.e2e.server.TestServer;
import java.io.UncheckedIOException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The most memory a server has resident from now on until this is closed, looked at many times a second. */
final class MemoryPeak implements AutoCloseable {
    private static final int EVERY_MILLIS = 20;

    private final TestServer server;
    private final AtomicLong peak = new AtomicLong();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

    MemoryPeak(TestServer server) {
        this.server = server;
        var _ = timer.scheduleWithFixedDelay(this::look, 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }

    long bytes() {
        look();
        return peak.get();
    }

    private void look() {
        if (!server.isRunning()) {
            return;
        }
        try {
            long resident = ProcessUsage.of(server.pid()).residentBytes();
            peak.accumulateAndGet(resident, Math::max);
        } catch (UncheckedIOException gone) {
            // It ended between the two lines.
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
