package dev.mainstay.e2e.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a process has used, as the kernel accounts for it.
 *
 * @param residentBytes memory resident now
 * @param peakResidentBytes most memory that was ever resident
 * @param cpuSeconds user and system time of all its threads since it started
 */
public record ProcessUsage(long residentBytes, long peakResidentBytes, double cpuSeconds) {
    /** The kernel reports times to user space in hundredths of a second on every Linux platform we test on. */
    private static final double TICKS_PER_SECOND = 100;

    /** Reads the usage of a live process from {@code /proc}. */
    public static ProcessUsage of(long pid) {
        Path proc = Path.of("/proc", Long.toString(pid));
        try {
            List<String> status = Files.readAllLines(proc.resolve("status"));
            String stat = Files.readString(proc.resolve("stat"));
            // The command name (field 2) may hold blanks; everything after its closing parenthesis is plain.
            List<String> fields =
                    List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
            long ticks = Long.parseLong(fields.get(11)) + Long.parseLong(fields.get(12));
            return new ProcessUsage(kilobytes(status, "VmRSS:"), kilobytes(status, "VmHWM:"), ticks / TICKS_PER_SECOND);
        } catch (IOException e) {
            throw new UncheckedIOException("process " + pid + " is gone", e);
        }
    }

    private static long kilobytes(List<String> status, String name) {
        return status.stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                .findFirst()
                .orElse(0);
    }
}
