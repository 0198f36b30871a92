package dev.mainstay.node.backup;

import dev.mainstay.node.common.Sha256;
import dev.mainstay.node.mvcc.KeyspaceDigest;
import dev.mainstay.node.snapshot.CheckpointFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Table files that come and go, each with its name for content, and one that is different every time. */
final class FakeStore {

    private final SortedSet<String> tables = new TreeSet<>();
    private int next;

    /** A flush. */
    FakeStore add(int count) {
        for (int i = 0; i < count; i++) {
            tables.add(String.format("%06d.sst", next++));
        }
        return this;
    }

    /** A compaction: the oldest become one new one. */
    FakeStore merge(int count) {
        for (int i = 0; i < count && !tables.isEmpty(); i++) {
            tables.remove(tables.first());
        }
        return add(1);
    }

    /** A state as of now, which breaks off after so many reads. */
    BackupSource checkpoint(int reads) {
        List<String> names =
                Stream.concat(tables.stream(), Stream.of("MANIFEST-" + next)).toList();
        return new BackupSource() {
            private int left = reads;

            @Override
            public BackupManifest.Origin origin() {
                return new BackupManifest.Origin("member", 1, 2, 3, 4, 0);
            }

            @Override
            public List<CheckpointFile> files() {
                return names.stream()
                        .map(name -> new CheckpointFile(
                                name,
                                content(name).length,
                                name.endsWith(".sst") ? HexFormat.of().formatHex(Sha256.of(content(name))) : ""))
                        .toList();
            }

            @Override
            public synchronized InputStream read(CheckpointFile file) throws IOException {
                if (left-- <= 0) {
                    throw new IOException("broken off");
                }
                return new ByteArrayInputStream(content(file.name()));
            }

            @Override
            public KeyspaceDigest digest() {
                return new KeyspaceDigest(7, -1, 3, 4711);
            }

            @Override
            public void close() {}
        };
    }

    private static byte[] content(String name) {
        return ("content of " + name).getBytes(StandardCharsets.UTF_8);
    }
}
