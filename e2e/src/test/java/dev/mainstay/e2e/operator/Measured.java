package dev.mainstay.e2e.operator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Figures of the run, a line each, in target/operator.txt and on standard output. */
final class Measured {
    private Measured() {}

    /** What a judge saw during a scenario. */
    static void add(String scenario, JudgePod.Report report) {
        line("%s: %s, writes stood still for %d ms at most, one writer waited %d ms, %d calls of %d failed"
                .formatted(
                        scenario,
                        report.verdict(),
                        report.number("longestPauseMillis"),
                        report.number("longestCallMillis"),
                        report.number("failures"),
                        report.number("acknowledged") + report.number("reads") + report.number("failures")));
    }

    /** A figure. */
    static void line(String text) {
        System.out.println("measured: " + text);
        Path file = Path.of(System.getProperty("e2e.home", "."), "target", "operator.txt");
        try {
            Files.writeString(file, text + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
