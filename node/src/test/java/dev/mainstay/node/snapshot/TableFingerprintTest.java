package dev.mainstay.node.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Sha256;
import dev.mainstay.node.storage.StoreTransaction;
import dev.mainstay.node.storage.Table;
import dev.mainstay.node.storage.rocksdb.RocksSettings;
import dev.mainstay.node.storage.rocksdb.RocksStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of the engine have the same fingerprint exactly if they have the same content. */
class TableFingerprintTest {

    private static final Table TABLE = new Table("t");

    @TempDir
    private Path directory = Path.of("");

    private final Map<String, String> contents = new HashMap<>();
    private int files;

    @Test
    void copiesOfAStoreThatGoOnWithTheSameWritesAreToldApart() throws Exception {
        Path original = directory.resolve("original");
        try (RocksStore store = open(original)) {
            write(store, "a");
            store.checkpoint(directory.resolve("copy"));
            store.checkpoint(directory.resolve("other"));
            note(directory.resolve("copy"));
            assertThat(contents).hasSize(1);
            write(store, "b");
        }
        for (String copy : List.of("copy", "other")) {
            try (RocksStore store = open(directory.resolve(copy))) {
                write(store, "b");
            }
        }

        note(original);
        note(directory.resolve("copy"));
        note(directory.resolve("other"));

        assertThat(files).isEqualTo(7);
        assertThat(contents).hasSize(4);
    }

    @Test
    void lifeOfTheDatabaseIsPartOfIt() throws Exception {
        try (RocksStore store = open(directory.resolve("store"))) {
            write(store, "a");
        }
        try (var all = Files.newDirectoryStream(directory.resolve("store"), "*.sst")) {
            for (Path file : all) {
                String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                String tail = text.substring(Math.max(0, text.length() - (16 << 10)));
                // Names share their beginnings with those before them.
                assertThat(tail).contains("reating.db.identity", "session.identity", "file.number");
            }
        }
    }

    private static RocksStore open(Path path) {
        return RocksStore.open(path, List.of(TABLE), RocksSettings.small(), fault -> {
            throw new IllegalStateException(fault);
        });
    }

    private static void write(RocksStore store, String key) {
        try (StoreTransaction changes = store.begin()) {
            changes.put(TABLE, Bytes.utf8(key).array(), new byte[100_000]);
            store.write(changes);
        }
        store.flush();
    }

    private void note(Path store) throws IOException {
        for (CheckpointFile file : CheckpointFile.list(store)) {
            if (!file.fingerprint().isEmpty()) {
                files++;
                String content = HexFormat.of().formatHex(Sha256.of(Files.readAllBytes(store.resolve(file.name()))));
                String known = contents.putIfAbsent(file.fingerprint(), content);
                assertThat(known == null ? content : known).isEqualTo(content);
            }
        }
    }
}
