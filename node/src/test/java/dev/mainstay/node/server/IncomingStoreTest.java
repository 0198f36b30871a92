package dev.mainstay.node.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.snapshot.IncomingManifest;
import dev.mainstay.node.snapshot.SnapshotFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each test begins with a state that a crash may leave. */
class IncomingStoreTest {

    private static final LogPosition POSITION = new LogPosition(4, 77);

    @TempDir
    private Path temp;

    private final List<LogPosition> fitted = new ArrayList<>();

    @Test
    void withoutAnythingIncomingNothingChanges() throws Exception {
        settle();
        assertThat(temp).isEmptyDirectory();

        old("db");
        settle();
        assertStore("old");
        assertThat(fitted).isEmpty();
    }

    @Test
    void aWholeStoreTakesThePlaceOfTheOld() throws Exception {
        old("db");
        incoming("db.incoming");

        settle();

        assertReplaced();
    }

    @Test
    void aWholeStoreTakesAnEmptyPlace() throws Exception {
        incoming("db.incoming");

        settle();

        assertReplaced();
    }

    @Test
    void leftoversOfAFormerSwapAreNoObstacle() throws Exception {
        old("db");
        old("db.replaced");
        incoming("db.incoming");

        settle();

        assertReplaced();
    }

    @Test
    void aCrashAfterTheOldStoreWasPutAside() throws Exception {
        old("db.replaced");
        incoming("db.incoming");

        settle();

        assertReplaced();
    }

    @Test
    void aCrashBeforeTheLogWasFitted() throws Exception {
        old("db.replaced");
        incoming("db");

        settle();

        assertReplaced();
    }

    @Test
    void aCrashWhileTheLogIsFittedFitsItAgain() throws Exception {
        old("db");
        incoming("db.incoming");
        var failing = new IncomingStore(temp.resolve("db"), _ -> {
            throw new IOException("crash");
        });
        assertThatThrownBy(failing::settle).hasMessage("crash");
        assertThat(temp.resolve("db.replaced/OLD")).exists();
        assertThat(temp.resolve("db/" + IncomingManifest.COMPLETE)).exists();

        settle();

        assertReplaced();
    }

    @Test
    void aCrashBeforeTheOldStoreWasDeleted() throws Exception {
        old("db.replaced");
        incoming("db");
        Files.delete(temp.resolve("db/" + IncomingManifest.COMPLETE));

        settle();

        assertStore("new");
        assertThat(fitted).isEmpty();
    }

    @Test
    void aFetchThatIsNotThroughStaysForLater() throws Exception {
        old("db");
        incoming("db.incoming");
        Files.move(
                temp.resolve("db.incoming/" + IncomingManifest.COMPLETE),
                temp.resolve("db.incoming/" + IncomingManifest.STARTED));

        settle();

        assertThat(temp.resolve("db/OLD")).exists();
        assertThat(temp.resolve("db.incoming/NEW")).exists();
        assertThat(fitted).isEmpty();
    }

    @Test
    void anIncomingStoreThatLacksBytesIsNotTaken() throws Exception {
        old("db");
        incoming("db.incoming");
        Files.writeString(temp.resolve("db.incoming/NEW"), "sho");

        settle();

        assertStore("old");
        assertThat(fitted).isEmpty();
    }

    @Test
    void anIncomingStoreThatIsNotTakenGivesTheOldItsPlaceBack() throws Exception {
        old("db.replaced");
        incoming("db.incoming");
        Files.writeString(temp.resolve("db.incoming/" + IncomingManifest.COMPLETE), "{\"format\": 1");

        settle();

        assertStore("old");
    }

    private void settle() throws IOException {
        new IncomingStore(temp.resolve("db"), fitted::add).settle();
    }

    private void old(String name) throws IOException {
        Files.createDirectory(temp.resolve(name));
        Files.writeString(temp.resolve(name).resolve("OLD"), "old");
    }

    private void incoming(String name) throws IOException {
        Path directory = Files.createDirectory(temp.resolve(name));
        Files.writeString(directory.resolve("NEW"), "new!");
        new IncomingManifest(1, 2, 3, POSITION, List.of(new SnapshotFile("NEW", 4)))
                .write(directory.resolve(IncomingManifest.COMPLETE));
    }

    private void assertReplaced() throws IOException {
        assertStore("new");
        assertThat(fitted).containsExactly(POSITION);
        settle();
        assertThat(fitted).hasSize(1);
    }

    private void assertStore(String which) throws IOException {
        try (Stream<Path> all = Files.list(temp)) {
            assertThat(all.map(path -> path.getFileName().toString())).containsExactly("db");
        }
        try (Stream<Path> files = Files.list(temp.resolve("db"))) {
            assertThat(files.map(path -> path.getFileName().toString()))
                    .containsExactly(which.equals("new") ? "NEW" : "OLD");
        }
    }
}
