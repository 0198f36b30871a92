package dev.mainstay.node.api.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditLogTest {

    @TempDir
    Path temp;

    @Test
    void fullFilesMakeWayAndOnlySoManyStay() throws Exception {
        Path path = temp.resolve("audit.log");
        try (AuditLog log = new AuditLog(path, 100, 2)) {
            for (int i = 0; i < 30; i++) {
                write(log, String.format("line %04d%n", i));
            }
            assertThat(log.written()).isEqualTo(30);
            assertThat(log.lost()).isZero();
        }
        try (Stream<Path> files = Files.list(temp)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("audit.log", "audit.log.1", "audit.log.2");
        }
        List<String> kept = new ArrayList<>();
        for (String name : List.of("audit.log.2", "audit.log.1", "audit.log")) {
            assertThat(Files.size(temp.resolve(name))).isLessThanOrEqualTo(100);
            kept.addAll(Files.readAllLines(temp.resolve(name)));
        }
        assertThat(kept).hasSize(30).last().isEqualTo("line 0029");
        assertThat(kept).isSorted();
    }

    @Test
    void linesOfAnEarlierLifeStay() throws Exception {
        Path path = temp.resolve("audit.log");
        try (AuditLog log = new AuditLog(path, 1000, 2)) {
            write(log, "one\n");
        }
        try (AuditLog log = new AuditLog(path, 1000, 2)) {
            write(log, "two\n");
        }
        assertThat(Files.readAllLines(path)).containsExactly("one", "two");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
    }

    @Test
    void writerIsToldOfWhatCouldNotBeWrittenAndTheNextTriesAgain() throws Exception {
        Path path = temp.resolve("audit.log");
        Path inTheWay = temp.resolve("audit.log.1");
        Files.createDirectories(inTheWay.resolve("full"));
        try (AuditLog log = new AuditLog(path, 10, 1)) {
            write(log, "one two three\n");
            assertThatThrownBy(() -> write(log, "lost\n")).hasCauseInstanceOf(IOException.class);
            assertThat(log.lost()).isEqualTo(1);
            Files.delete(inTheWay.resolve("full"));
            write(log, "again\n");
        }
        assertThat(Files.readAllLines(path)).containsExactly("again");
        assertThat(Files.readAllLines(inTheWay)).containsExactly("one two three");
    }

    @Test
    void whatFindsNoRoomIsCounted() throws Exception {
        try (AuditLog log = new AuditLog(temp.resolve("audit.log"), 1 << 30, 1)) {
            CompletableFuture<Void> tooMuch = log.write(new byte[17 << 20]);

            assertThat(tooMuch).isCompletedExceptionally();
            assertThat(log.lost()).isEqualTo(1);
        }
    }

    @Test
    void directoryThatIsNotThereIsSaidAtOnce() {
        assertThatThrownBy(() -> new AuditLog(temp.resolve("none/audit.log"), 100, 1))
                .isInstanceOf(IOException.class);
    }

    private static void write(AuditLog log, String line) throws Exception {
        log.write(line.getBytes(StandardCharsets.UTF_8)).get(10, TimeUnit.SECONDS);
    }
}
