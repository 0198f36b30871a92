package dev.mainstay.node.backup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.objectstore.ObjectInfo;
import dev.mainstay.node.objectstore.ObjectStore;
import dev.mainstay.node.objectstore.sealed.ObjectCodec;
import dev.mainstay.node.testing.Seeds;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** However makers and pruners of backups come between one another, what a manifest names is there, and what none names goes. */
@Timeout(120)
class PrunePropertyTest {

    private static final ObjectCodec CODEC = ObjectCodec.of(0, Optional.empty());

    private static final Duration NEVER = Duration.ofDays(10_000);
    private static final int WHOLE = Integer.MAX_VALUE;

    private final MemoryObjects objects = new MemoryObjects();
    private final FakeStore store = new FakeStore();

    @Seeds(40)
    void neverDeletesWhatABackupNeeds(long seed) throws Exception {
        Random random = new Random(seed);
        store.add(6);
        back(objects, WHOLE, random);

        for (int round = 0; round < 6; round++) {
            List<Turns.Act> acts = new ArrayList<>();
            int makers = 2 + random.nextInt(3);
            int pruners = 1 + random.nextInt(2);
            for (int i = 0; i < makers; i++) {
                boolean breaksOff = random.nextInt(12) == 0;
                Random own = new Random(random.nextLong());
                acts.add(view -> {
                    for (int turn = 0; turn < 3; turn++) {
                        // The first call of an actor is its first turn: the state is taken after it.
                        var _ = view.find("nothing");
                        store.add(own.nextInt(3)).merge(own.nextInt(4));
                        back(view, breaksOff ? own.nextInt(3) : WHOLE, own);
                    }
                });
            }
            for (int i = 0; i < pruners; i++) {
                Retention retention = new Retention(1 + random.nextInt(2), 0, 0, 0, 0, Optional.empty());
                Random own = new Random(random.nextLong());
                acts.add(view -> {
                    for (int turn = 0; turn < 4; turn++) {
                        var _ = prune(view, retention, NEVER, own);
                    }
                });
            }

            List<Exception> failures = new Turns(random).play(objects, acts);

            assertThat(failures).allMatch(failure -> "broken off".equals(failure.getMessage()));
            assertThat(damaged()).isEmpty();
            // Marks of those who broke off keep everything that is condemned; let them go now and then.
            objects.pass(Duration.ofHours(1));
            prune(objects, Retention.ALL, Duration.ofMinutes(30), random);
            assertThat(damaged()).isEmpty();
        }
        prune(objects, Retention.ALL, Duration.ofMinutes(30), random);
        assertThat(files()).isEqualTo(needed());
        assertThat(objects.keys()).noneMatch(key -> key.startsWith("condemned/"));
    }

    @Test
    void newestAndNewestVerifiedStay() throws Exception {
        Random random = new Random(1);
        List<BackupId> ids = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            store.add(1);
            ids.add(back(objects, WHOLE, random).id());
            objects.pass(Duration.ofDays(1));
        }
        Repository repository = Repository.open(objects, CODEC);
        repository.note(ids.get(0), new Verified(objects.instant(), "restore", "1", List.of()));
        repository.note(ids.get(1), new Verified(objects.instant(), "restore", "1", List.of()));
        repository.note(ids.get(2), new Verified(objects.instant(), "restore", "1", List.of("bits flipped")));

        Retention nothing = new Retention(0, 0, 0, 0, 0, Optional.of(Duration.ofSeconds(1)));
        Prune.Result dry =
                new Prune(repository, new Prune.Settings(nothing, NEVER, Duration.ZERO, true), objects, random).run();
        assertThat(repository.ids()).isEqualTo(ids);
        Prune.Result result = prune(objects, nothing, NEVER, random);

        assertThat(result.deleted()).containsExactly(ids.get(0), ids.get(2)).isEqualTo(dry.deleted());
        assertThat(result.kept()).containsExactly(ids.get(1), ids.get(3)).isEqualTo(dry.kept());
        assertThat(repository.ids()).containsExactly(ids.get(1), ids.get(3));
        assertThat(damaged()).isEmpty();
    }

    @Test
    void condemnedFilesStayForTheGrace() throws Exception {
        Random random = new Random(1);
        store.add(3);
        back(objects, WHOLE, random);
        store.merge(3);
        back(objects, WHOLE, random);
        Retention one = new Retention(1, 0, 0, 0, 0, Optional.empty());
        Repository repository = Repository.open(objects, CODEC);
        Prune.Settings settings = new Prune.Settings(one, NEVER, Duration.ofHours(1), false);

        Prune.Result first = new Prune(repository, settings, objects, random).run();
        objects.pass(Duration.ofMinutes(50));
        Prune.Result second = new Prune(repository, settings, objects, random).run();
        objects.pass(Duration.ofMinutes(20));
        Prune.Result third = new Prune(repository, settings, objects, random).run();

        assertThat(first.condemned()).isEqualTo(4);
        assertThat(first.deletedFiles() + second.deletedFiles()).isZero();
        assertThat(second.waiting()).isEqualTo(4);
        assertThat(third.deletedFiles()).isEqualTo(4);
        assertThat(third.deletedBytes()).isPositive();
        assertThat(files()).isEqualTo(needed());
    }

    @Test
    void backupThatBrokeOffIsUsedByTheNextAndIsNoBackup() throws Exception {
        Random random = new Random(1);
        store.add(5);
        assertThat(new Turns(random).play(objects, List.of(view -> back(view, store.checkpoint(3), random))))
                .hasSize(1);
        Repository repository = Repository.open(objects, CODEC);
        assertThat(repository.ids()).isEmpty();

        BackupManifest next = back(objects, WHOLE, random);

        assertThat(next.files()).filteredOn(StoredFile::reused).hasSize(3);
        assertThat(damaged()).isEmpty();
        objects.pass(Duration.ofDays(3));
        Prune.Result result = prune(objects, Retention.ALL, Duration.ofDays(2), random);
        assertThat(result.givenUp()).hasSize(1);
        assertThat(damaged()).isEmpty();
    }

    @Test
    void backupThatWasTakenForDeadDoesNotCount() throws Exception {
        Random random = new Random(1);
        store.add(2);
        BackupSource sleeper = new Sleeper(store.checkpoint(WHOLE), () -> {
            objects.pass(Duration.ofDays(3));
            prune(objects, Retention.ALL, Duration.ofDays(2), random);
            prune(objects, Retention.ALL, Duration.ofDays(2), random);
        });

        List<Exception> failures = new Turns(random).play(objects, List.of(view -> back(view, sleeper, random)));

        assertThat(failures)
                .singleElement()
                .isInstanceOfSatisfying(
                        BackupException.class,
                        failure -> assertThat(failure.reason()).isEqualTo(BackupException.Reason.TAKEN_AWAY));
        assertThat(Repository.open(objects, CODEC).ids()).isEmpty();
    }

    @Test
    void unreadableManifestStopsPruning() throws Exception {
        Random random = new Random(1);
        store.add(2);
        BackupManifest first = back(objects, WHOLE, random);
        String key = "backups/" + first.id() + "/manifest.json";
        byte[] bytes = objects.bytes(key);
        bytes[bytes.length - 5] ^= 1;
        objects.write(key, bytes);
        store.merge(2);
        back(objects, WHOLE, random);
        List<String> before = objects.keys();

        List<Exception> failures = new Turns(random)
                .play(
                        objects,
                        List.of(view -> prune(view, new Retention(1, 0, 0, 0, 0, Optional.empty()), NEVER, random)));

        assertThat(failures).singleElement().isInstanceOf(BackupException.class);
        assertThat(objects.keys()).isEqualTo(before);
    }

    private BackupManifest back(ObjectStore view, int reads, Random random) throws IOException {
        return back(view, store.checkpoint(reads), random);
    }

    private BackupManifest back(ObjectStore view, BackupSource source, Random random) throws IOException {
        Repository repository = Repository.openOrBegin(view, CODEC, objects.instant());
        return new BackupRun(
                        repository,
                        new BackupRun.Settings("test", "1", 1, false, new TreeMap<>(), Duration.ofDays(1)),
                        BackupProgress.NONE,
                        objects,
                        random)
                .run(source);
    }

    private Prune.Result prune(ObjectStore view, Retention retention, Duration deadAfter, Random random)
            throws IOException {
        return new Prune(
                        Repository.open(view, CODEC),
                        new Prune.Settings(retention, deadAfter, Duration.ZERO, false),
                        objects,
                        random)
                .run();
    }

    private List<String> damaged() throws IOException {
        Repository repository = Repository.open(objects, CODEC);
        List<String> findings = new ArrayList<>();
        for (BackupId id : repository.ids()) {
            findings.addAll(new BackupCheck(repository, 1, "1", BackupProgress.NONE, objects)
                    .checksums(repository.manifest(id))
                    .findings());
        }
        return findings;
    }

    private Set<String> needed() throws IOException {
        Repository repository = Repository.open(objects, CODEC);
        Set<String> needed = new HashSet<>();
        for (BackupId id : repository.ids()) {
            repository.manifest(id).files().forEach(file -> needed.add(file.key()));
        }
        return needed;
    }

    private Set<String> files() {
        Set<String> files = new HashSet<>();
        objects.list("files/", (ObjectInfo object) -> files.add(object.key()));
        return files;
    }

    private interface Nap {
        void take() throws IOException;
    }

    /** Something happens when the keys are asked for. */
    private record Sleeper(BackupSource source, Nap nap) implements BackupSource {

        @Override
        public BackupManifest.Origin origin() {
            return source.origin();
        }

        @Override
        public List<dev.mainstay.node.snapshot.CheckpointFile> files() {
            return source.files();
        }

        @Override
        public java.io.InputStream read(dev.mainstay.node.snapshot.CheckpointFile file) throws IOException {
            if (!file.name().endsWith(".sst")) {
                nap.take();
            }
            return source.read(file);
        }

        @Override
        public dev.mainstay.node.mvcc.KeyspaceDigest digest() throws IOException {
            return source.digest();
        }

        @Override
        public void close() throws IOException {
            source.close();
        }
    }
}
