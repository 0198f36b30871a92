package dev.mainstay.node.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.node.objectstore.sealed.ObjectCodec;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever is changed or cut in a repository is found before anything of it is used. */
class RepositoryDamageTest {

    private static final ObjectCodec CODEC = ObjectCodec.of(0, Optional.empty());

    private final MemoryObjects objects = new MemoryObjects();
    private final FakeStore store = new FakeStore().add(2);
    private BackupId id = new BackupId("20270314T020000.000Z-00000000");

    @BeforeEach
    void backUp() throws Exception {
        id = another().id();
    }

    private BackupManifest another() throws Exception {
        return new BackupRun(
                        Repository.openOrBegin(objects, CODEC, objects.instant()),
                        new BackupRun.Settings("test", "1", 2, false, new TreeMap<>(), Duration.ofDays(1)),
                        BackupProgress.NONE,
                        objects,
                        new Random(objects.instant().toEpochMilli()))
                .run(store.checkpoint(Integer.MAX_VALUE));
    }

    /** Else nobody could make a good backup any more, but by sending everything again each time. */
    @Test
    void whatADamagedBackupHasIsSentAgain() throws Exception {
        objects.pass(Duration.ofHours(1));
        BackupManifest second = another();
        String key = second.files().stream()
                .filter(StoredFile::reused)
                .findFirst()
                .orElseThrow()
                .key();
        byte[] flipped = objects.bytes(key).clone();
        flipped[flipped.length / 2] ^= 1;
        objects.write(key, flipped);
        Verified found = new BackupCheck(repository(), 2, "1", BackupProgress.NONE, objects).checksums(second);
        assertThat(found.isGood()).isFalse();
        repository().note(second.id(), found);
        objects.pass(Duration.ofHours(1));

        BackupManifest third = another();

        assertThat(third.files()).noneMatch(StoredFile::reused);
        assertThat(findings(third)).isEmpty();
        objects.pass(Duration.ofHours(1));
        BackupManifest fourth = another();
        assertThat(fourth.files()).anyMatch(StoredFile::reused);
        assertThat(findings(fourth)).isEmpty();
    }

    @Test
    void everyChangedBitAndEveryCutOfAManifestIsFound() throws Exception {
        String key = "backups/" + id + "/manifest.json";
        byte[] whole = objects.bytes(key);
        Repository repository = repository();

        for (int i = 0; i < whole.length; i++) {
            byte[] flipped = whole.clone();
            flipped[i] ^= (byte) (1 << i % 8);
            objects.write(key, flipped);
            assertThatThrownBy(() -> repository.manifest(id)).isInstanceOf(BackupException.class);
            objects.write(key, Arrays.copyOf(whole, i));
            assertThatThrownBy(() -> repository.manifest(id)).isInstanceOf(BackupException.class);
        }
        objects.write(key, Arrays.copyOf(whole, whole.length + 1));
        assertThatThrownBy(() -> repository.manifest(id)).isInstanceOf(BackupException.class);
    }

    @Test
    void everyChangedBitAndEveryCutOfAFileIsFound() throws Exception {
        BackupManifest manifest = repository().manifest(id);
        for (StoredFile file : manifest.files()) {
            byte[] whole = objects.bytes(file.key());
            for (int i = 0; i < whole.length; i++) {
                byte[] flipped = whole.clone();
                flipped[i] ^= (byte) (1 << i % 8);
                objects.write(file.key(), flipped);
                assertThat(findings(manifest)).singleElement().asString().contains(file.key());
                objects.write(file.key(), Arrays.copyOf(whole, i));
                assertThat(findings(manifest)).hasSize(1);
            }
            objects.write(file.key(), Arrays.copyOf(whole, whole.length + 1));
            assertThat(findings(manifest)).hasSize(1);
            objects.delete(List.of(file.key()));
            assertThat(findings(manifest)).singleElement().asString().contains("isn't there");
            objects.write(file.key(), whole);
        }
        assertThat(findings(manifest)).isEmpty();
    }

    @Test
    void manifestOfAnotherBackupIsRefused() throws Exception {
        BackupId other = new BackupId("20270314T020000.000Z-00000000");
        objects.write("backups/" + other + "/manifest.json", objects.bytes("backups/" + id + "/manifest.json"));
        assertThatThrownBy(() -> repository().manifest(other)).isInstanceOf(BackupException.class);

        try (InputStream manifest = CODEC.read(objects, "backups/" + id + "/manifest.json", 1 << 20)) {
            CODEC.write(objects, "backups/" + other + "/manifest.json", manifest.readAllBytes());
        }
        assertThatThrownBy(() -> repository().manifest(other)).hasMessageContaining(id.text());
    }

    @Test
    void filesOfAManifestStayInTheirDirectory() {
        for (String name : List.of("../x", "/etc/passwd", "a/b", "", ".hidden")) {
            assertThatThrownBy(() -> new StoredFile(name, 1, 1, "0".repeat(64), "", "files/x", "", false))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void repositoriesOfNewerReleasesAndOtherDirectoriesAreRefused() throws Exception {
        objects.write("repository.json", "{\"format\":2}".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(this::repository).hasMessageContaining("format 2");
        objects.write("repository.json", "{".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(this::repository).hasMessageContaining("damaged");
        objects.delete(List.of("repository.json"));
        assertThatThrownBy(this::repository).hasMessageContaining("holds no backups");
    }

    @Test
    void manifestOfANewerFormatIsRefusedAsSuch() throws Exception {
        String key = "backups/" + id + "/manifest.json";
        CODEC.write(objects, key, "{\"format\":2,\"sha256\":\"\"}\n{}".getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> repository().manifest(id))
                .isInstanceOfSatisfying(
                        BackupException.class,
                        failure -> assertThat(failure.reason()).isEqualTo(BackupException.Reason.NEWER_FORMAT));
    }

    private List<String> findings(BackupManifest manifest) throws Exception {
        return new BackupCheck(repository(), 2, "1", BackupProgress.NONE, objects)
                .checksums(manifest)
                .findings();
    }

    private Repository repository() throws Exception {
        return Repository.open(objects, CODEC);
    }
}
