package dev.mainstay.node.observability;

import com.sun.management.UnixOperatingSystemMXBean;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The process and the Java machine in it: Prometheus' usual {@code process_*} names, and Micrometer's {@code jvm_*}. */
public final class ProcessMeters implements AutoCloseable {

    private static final double NANOS_PER_SECOND = 1e9;
    private static final double MILLIS_PER_SECOND = 1e3;
    private static final Path STATM = Path.of("/proc/self/statm");
    private static final int PAGE_BYTES = 4096;

    private final JvmGcMetrics collections = new JvmGcMetrics();

    /** Adds them to a registry. */
    public void bind(MeterRegistry registry) {
        MemberGauges gauges = new MemberGauges(registry);
        gauges.gauge("process_resident_memory_bytes", "Resident memory size in bytes.", () -> pages(1) * PAGE_BYTES);
        gauges.gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.", () -> pages(0) * PAGE_BYTES);
        gauges.gauge(
                "process_start_time_seconds",
                "Start time of the process since unix epoch in seconds.",
                () -> ManagementFactory.getRuntimeMXBean().getStartTime() / MILLIS_PER_SECOND);
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            gauges.gauge("process_open_fds", "Number of open file descriptors.", system::getOpenFileDescriptorCount);
            gauges.gauge(
                    "process_max_fds", "Maximum number of open file descriptors.", system::getMaxFileDescriptorCount);
            gauges.gauge("os_fd_used", "The number of used file descriptors.", system::getOpenFileDescriptorCount);
            gauges.gauge("os_fd_limit", "The file descriptor limit.", system::getMaxFileDescriptorCount);
            FunctionCounter.builder(
                            "process_cpu_seconds_total", system, os -> os.getProcessCpuTime() / NANOS_PER_SECOND)
                    .description("Total user and system CPU time spent in seconds.")
                    .register(registry);
        }
        gauges.gauge(
                "go_goroutines",
                "Threads of this process; dashboards made for etcd look for this name.",
                () -> ManagementFactory.getThreadMXBean().getThreadCount());
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        collections.bindTo(registry);
    }

    private static double pages(int field) {
        try {
            return Double.parseDouble(
                    List.of(Files.readString(STATM).split(" ", -1)).get(field));
        } catch (IOException e) {
            return Double.NaN;
        }
    }

    @Override
    public void close() {
        collections.close();
    }
}
