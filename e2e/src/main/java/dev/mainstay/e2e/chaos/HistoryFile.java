package dev.mainstay.e2e.chaos;

import dev.mainstay.e2e.linear.Operation;
import dev.mainstay.e2e.linear.WatchLog;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/** Keeps a history for people to read: operations by the time they were asked for, then what each watcher saw. */
final class HistoryFile {
    private HistoryFile() {}

    static void write(Path file, Epoch before, List<Operation> operations, List<WatchLog> watches) {
        try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(file, StandardCharsets.UTF_8))) {
            out.println("before: " + before);
            long begin = operations.stream().mapToLong(Operation::asked).min().orElse(0);
            operations.stream()
                    .sorted(Comparator.comparingLong(Operation::asked))
                    .forEach(operation -> out.printf(
                            "%.6f %s client %d: %s -> %s by %x%n",
                            (operation.asked() - begin) / 1e9,
                            operation.answer() == null
                                    ? "      ?"
                                    : String.format("%.6f", (operation.answered() - begin) / 1e9),
                            operation.client(),
                            operation.request(),
                            operation.answer(),
                            operation.member()));
            for (WatchLog watch : watches) {
                out.println("watcher " + watch.name() + " of " + watch.keys() + " from " + watch.first());
                watch.messages().forEach(message -> out.println("  " + message));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
