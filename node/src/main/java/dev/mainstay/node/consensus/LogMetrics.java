package dev.mainstay.node.consensus;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.ratis.metrics.LongCounter;
import org.apache.ratis.metrics.MetricRegistries;
import org.apache.ratis.metrics.MetricRegistryInfo;
import org.apache.ratis.metrics.RatisMetricRegistry;
import org.apache.ratis.metrics.Timekeeper;
import org.apache.ratis.util.TimeDuration;

/**
 * What Ratis measures of itself. Two numbers matter to us, the times of each write and each fsync of the log, which go to a
 * {@link SyncClock}; the rest costs nothing. Ratis keeps one instance for the whole process and finds this class as a
 * service, so clocks are told apart by the name of their member.
 */
public final class LogMetrics extends MetricRegistries {

    private static final String SYNC_TIMER = "syncTime";
    private static final String WRITE_TIMER = "writelogExecutionTime";
    private static final Timekeeper.Context STOPPED = () -> 0;
    private static final Timekeeper IDLE = () -> STOPPED;
    private static final LongCounter UNCOUNTED = new LongCounter() {
        @Override
        public void inc(long n) {}

        @Override
        public void dec(long n) {}

        @Override
        public long getCount() {
            return 0;
        }
    };

    private final ConcurrentMap<String, SyncClock> clocks = new ConcurrentHashMap<>();

    /** Called by Ratis. */
    public LogMetrics() {}

    /** The process's instance, if Ratis has taken this class. */
    static Optional<LogMetrics> installed() {
        return MetricRegistries.global() instanceof LogMetrics metrics ? Optional.of(metrics) : Optional.empty();
    }

    /** Sends the fsync times of a member's log to a clock; to be called before that log is opened. */
    void attach(String member, SyncClock clock) {
        clocks.put(member, clock);
    }

    void detach(String member, SyncClock clock) {
        clocks.remove(member, clock);
    }

    @Override
    public RatisMetricRegistry create(MetricRegistryInfo info) {
        SyncClock clock = clocks.get(info.getPrefix());
        Timekeeper sync = clock == null ? IDLE : clock;
        Timekeeper write = clock == null ? IDLE : clock.writes();
        return new RatisMetricRegistry() {
            @Override
            public Timekeeper timer(String name) {
                return switch (name) {
                    case SYNC_TIMER -> sync;
                    case WRITE_TIMER -> write;
                    default -> IDLE;
                };
            }

            @Override
            public LongCounter counter(String name) {
                return UNCOUNTED;
            }

            @Override
            public boolean remove(String name) {
                return true;
            }

            @Override
            public <T> void gauge(String name, Supplier<Supplier<T>> gauge) {}

            @Override
            public MetricRegistryInfo getMetricRegistryInfo() {
                return info;
            }
        };
    }

    @Override
    public boolean remove(MetricRegistryInfo key) {
        return true;
    }

    @Override
    public Optional<RatisMetricRegistry> get(MetricRegistryInfo info) {
        return Optional.empty();
    }

    @Override
    public Set<MetricRegistryInfo> getMetricRegistryInfos() {
        return Set.of();
    }

    @Override
    public Collection<RatisMetricRegistry> getMetricRegistries() {
        return List.of();
    }

    @Override
    public void clear() {}

    @Override
    public void addReporterRegistration(
            Consumer<RatisMetricRegistry> reporterRegistration, Consumer<RatisMetricRegistry> stopReporter) {}

    @Override
    public void enableJmxReporter() {}

    @Override
    public void enableConsoleReporter(TimeDuration consoleReportRate) {}
}
