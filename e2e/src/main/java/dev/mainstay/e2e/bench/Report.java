package dev.mainstay.e2e.bench;

import dev.mainstay.e2e.server.Program;
import java.io.PrintStream;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Collects figures by case, quantity and server, and prints them as a table with ratios. */
final class Report {

    private final Map<String, Map<Program, Double>> rows = new LinkedHashMap<>();
    private final PrintStream out;

    Report(PrintStream out) {
        this.out = out;
    }

    void add(Program program, String scenario, Measurement measurement) {
        figure(program, scenario, "ops/s", measurement.perSecond());
        figure(program, scenario, "p50 ms", measurement.p50Millis());
        figure(program, scenario, "p99 ms", measurement.p99Millis());
        figure(program, scenario, "CPU s per 1,000", measurement.cpuPerThousand());
        if (measurement.failures() > 0) {
            figure(program, scenario, "FAILED", (double) measurement.failures());
        }
    }

    /** Keeps one figure and shows it at once, so that a long run shows how far it is. */
    void figure(Program program, String scenario, String quantity, double value) {
        rows.computeIfAbsent(scenario + " | " + quantity, row -> new EnumMap<>(Program.class))
                .put(program, value);
        out.printf(Locale.ROOT, "%-9s %-34s %-16s %s%n", program.title(), scenario, quantity, shown(value));
        out.flush();
    }

    void print() {
        out.println();
        out.println("| case | figure | etcd | Mainstay | Mainstay / etcd |");
        out.println("|---|---|---:|---:|---:|");
        rows.forEach((row, values) -> {
            Double etcd = values.get(Program.ETCD);
            Double mainstay = values.get(Program.MAINSTAY);
            String ratio = etcd == null || mainstay == null || etcd == 0
                    ? ""
                    : String.format(Locale.ROOT, "%.2f", mainstay / etcd);
            out.println("| " + row + " | " + shown(etcd) + " | " + shown(mainstay) + " | " + ratio + " |");
        });
    }

    private static String shown(@Nullable Double value) {
        if (value == null) {
            return "";
        }
        return value >= 100
                ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, value >= 1 ? "%.2f" : "%.4f", value);
    }
}
