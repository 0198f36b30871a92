package dev.mainstay.node.objectstore.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mainstay.node.objectstore.ObjectStore;
import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import dev.mainstay.node.objectstore.ObjectStores;
import dev.mainstay.node.objectstore.ObjectUpload;
import dev.mainstay.node.objectstore.StoreSettings;
import dev.mainstay.node.objectstore.testing.StoreContract;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryStoreTest extends StoreContract {

    @TempDir
    Path directory;

    @Override
    protected ObjectStore store() throws IOException {
        return ObjectStores.open(StoreSettings.of(URI.create("file://" + directory.resolve("backups")), Map.of()));
    }

    @Test
    void directoryIsMadeAtTheFirstWriteIfItsParentIsThere() throws Exception {
        ObjectStore store = store();
        assertThat(keys("")).isEmpty();
        assertThat(directory.resolve("backups")).doesNotExist();

        store.write("a", new byte[1]);

        assertThat(directory.resolve("backups/a")).exists();
        assertThat(kindOf(() -> DirectoryStore.open(directory.resolve("no/such"))))
                .isEqualTo(Kind.BAD_SETTING);
        assertThat(kindOf(() -> DirectoryStore.open(directory.resolve("backups/a"))))
                .isEqualTo(Kind.BAD_SETTING);
    }

    @Test
    void symbolicLinksAreRefused() throws Exception {
        store().write("a/b", new byte[1]);
        Path outside = Files.createDirectory(directory.resolve("outside"));
        Files.write(outside.resolve("secret"), new byte[1]);
        Files.createSymbolicLink(directory.resolve("backups/link"), outside);
        Files.createSymbolicLink(directory.resolve("backups/a/file"), outside.resolve("secret"));

        assertThat(kindOf(() -> store().read("link/secret"))).isEqualTo(Kind.BAD_SETTING);
        assertThat(kindOf(() -> store().write("link/new", new byte[1]))).isEqualTo(Kind.BAD_SETTING);
        assertThat(kindOf(() -> store().read("a/file"))).isEqualTo(Kind.BAD_SETTING);
        assertThat(kindOf(() -> store().write("a/file", new byte[1]))).isEqualTo(Kind.BAD_SETTING);
        assertThat(outside.resolve("new")).doesNotExist();
    }

    @Test
    void leftoversOfOldUploadsGoAndYoungOnesStay() throws Exception {
        ObjectUpload killed = store().upload("chain/one");
        killed.write(new byte[100]);
        store().upload("other/two").write(new byte[100]);
        assertThat(leftovers()).isEqualTo(2);

        store().abandonUploads("chain/", Duration.ofHours(1));
        assertThat(leftovers()).isEqualTo(2);

        store().abandonUploads("chain/", Duration.ofSeconds(-5));
        assertThat(leftovers()).isEqualTo(1);
        assertThat(keys("")).isEmpty();
    }

    @Test
    void readerKeepsItsObjectWhenAnotherTakesItsPlace() throws Exception {
        store().write("a", "old".getBytes(UTF_8));
        try (InputStream in = store().read("a")) {
            assertThat(in.read()).isEqualTo('o');

            store().write("a", "new and longer".getBytes(UTF_8));

            assertThat(new String(in.readAllBytes(), UTF_8)).isEqualTo("ld");
        }
    }

    @Test
    void keyThatGoesOnFromAnObjectIsRefusedInWords() throws Exception {
        store().write("a", new byte[1]);

        ObjectStoreException failure = failure(() -> store().write("a/b", new byte[1]));

        assertThat(failure).hasMessageContaining("is a file");
    }

    @Test
    void emptyDirectoriesGoWithTheirLastObject() throws Exception {
        store().write("a/b/c", new byte[1]);

        store().delete(List.of("a/b/c"));

        assertThat(directory.resolve("backups/a")).doesNotExist();
        assertThat(directory.resolve("backups")).exists();
    }

    @Test
    void fullDiskIsToldAsSuchAndLeavesWhatWasThere() throws Exception {
        Path disk = Files.createDirectory(directory.resolve("disk"));
        boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk.toString());
        if (!mounted) {
            System.out.println("SKIPPED: this user may not mount a small disk, so what a full one does is not tested");
        }
        assumeTrue(mounted, "no right to mount");
        try {
            ObjectStore store = DirectoryStore.open(disk);
            store.write("kept", "kept".getBytes(UTF_8));

            ObjectStoreException failure = failure(() -> {
                try (ObjectUpload upload = store.upload("kept")) {
                    upload.write(new byte[8 * 1024 * 1024]);
                    upload.commit();
                }
            });

            assertThat(failure.kind()).isEqualTo(Kind.FULL);
            try (InputStream in = store.read("kept")) {
                assertThat(in.readAllBytes()).isEqualTo("kept".getBytes(UTF_8));
            }
            store.write("more", new byte[1024]);
        } finally {
            run("umount", disk.toString());
        }
    }

    private long leftovers() throws Exception {
        try (Stream<Path> files = Files.list(directory.resolve("backups").resolve(DirectoryStore.UPLOADS))) {
            return files.count();
        }
    }

    private static boolean run(String... command) throws Exception {
        return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
    }
}
