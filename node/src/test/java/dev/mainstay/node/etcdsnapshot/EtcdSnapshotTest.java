package dev.mainstay.node.etcdsnapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.node.apply.Applier;
import dev.mainstay.node.auth.Role;
import dev.mainstay.node.auth.User;
import dev.mainstay.node.bolt.BoltContent;
import dev.mainstay.node.bolt.BoltPlan;
import dev.mainstay.node.bolt.BoltValue;
import dev.mainstay.node.command.AuthCommand;
import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.CommandBatch;
import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.command.Operation;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Caller;
import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.common.KeyValue;
import dev.mainstay.node.common.Member;
import dev.mainstay.node.common.Permission;
import dev.mainstay.node.common.Revision;
import dev.mainstay.node.common.Sha256;
import dev.mainstay.node.etcdformat.EtcdBuckets;
import dev.mainstay.node.etcdformat.EtcdKeys;
import dev.mainstay.node.lease.Lease;
import dev.mainstay.node.lease.LeaseTable;
import dev.mainstay.node.maintenance.Alarms;
import dev.mainstay.node.membership.MemberTable;
import dev.mainstay.node.mvcc.HashRead;
import dev.mainstay.node.mvcc.HistoryRead;
import dev.mainstay.node.mvcc.KeyVersion;
import dev.mainstay.node.mvcc.KvStore;
import dev.mainstay.node.storage.MemoryStore;
import dev.mainstay.node.storage.StoreMoment;
import dev.mainstay.node.storage.Table;
import dev.mainstay.node.testing.Seeds;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EtcdSnapshotTest {

    private static final Member MEMBER = new Member(7, "a", List.of("http://a:1"), List.of(), false);
    private static final long CLOCK_MILLIS = 5_000;

    @TempDir
    private Path directory;

    private final World world = new World(new MemoryStore());

    /** A core on a store. */
    private static final class World {

        private final MemoryStore store;
        private final KvStore kv;
        private final LeaseTable leases;
        private final Alarms alarms;
        private final MemberTable members;
        private final Applier applier;

        World(MemoryStore store) {
            this.store = store;
            kv = KvStore.open(store);
            leases = LeaseTable.open(store);
            alarms = Alarms.open(store);
            members = MemberTable.open(store);
            applier = new Applier(store, kv, leases, alarms, members, _ -> {}, (_, _) -> {}, _ -> {});
        }

        void apply(Command... commands) {
            LogPosition next = new LogPosition(1, Math.max(applier.applied().index() + 1, 1));
            List<Command> all = Arrays.stream(commands)
                    .map(command -> command.by(Caller.CLUSTER))
                    .toList();
            applier.apply(next, List.of(new CommandBatch(CLOCK_MILLIS, all)));
        }
    }

    @Seeds(30)
    void aRestoredStoreHoldsWhatTheStoreHeld(long seed) throws IOException {
        Random random = new Random(seed);
        int keys = 1 + random.nextInt(12);
        for (int i = random.nextInt(120); i > 0; i--) {
            Bytes key = Bytes.utf8("k" + random.nextInt(keys));
            switch (random.nextInt(10)) {
                case 0 -> world.apply(new Operation.DeleteRange(KeyRange.single(key), false));
                case 1 -> world.apply(new Operation.DeleteRange(new KeyRange(key, Bytes.utf8("k" + keys)), false));
                case 2 -> {
                    if (random.nextInt(4) == 0) {
                        world.apply(new Command.Compact(world.kv.revision() - random.nextInt(5)));
                    }
                }
                case 3 -> {
                    boolean _ = world.kv.compactor().step(1 + random.nextInt(20));
                }
                default ->
                    world.apply(
                            put(key, random.nextInt(300), 0), put(Bytes.utf8("x" + i % 3), random.nextInt(9_000), 0));
            }
        }

        World restored = restored(EtcdImport.Bump.NONE);

        assertThat(restored.kv.revision()).isEqualTo(world.kv.revision());
        assertThat(restored.kv.compactRevision()).isEqualTo(world.kv.compactRevision());
        assertThat(restored.kv.hash(0)).isEqualTo(world.kv.hash(0));
        long from = Math.max(1, world.kv.compactRevision());
        assertThat(history(restored, from)).isEqualTo(history(world, from));
        // Both go on alike: counts, what supersedes what, and what a later compaction removes.
        for (World each : List.of(world, restored)) {
            each.apply(
                    put(Bytes.utf8("k0"), 3, 0), new Operation.DeleteRange(KeyRange.single(Bytes.utf8("k1")), false));
            each.apply(new Command.Compact(each.kv.revision()));
            while (each.kv.compactor().step(100)) {
                // until nothing is left to remove
            }
        }
        assertThat(restored.kv.hash(0)).isEqualTo(world.kv.hash(0));
        assertThat(count(restored)).isEqualTo(count(world));
        assertThat(KvStore.open(restored.store).hash(0)).isEqualTo(world.kv.hash(0));
        assertThat(restored.store.size(new Table("kv"))).isEqualTo(world.store.size(new Table("kv")));
    }

    @Test
    void leasesUsersAndRolesAreRestored() throws IOException {
        Permission permission = new Permission(Permission.Kind.READWRITE, Bytes.utf8("a"), Bytes.utf8("b"));
        world.apply(
                new Command.GrantLease(9, 100),
                new Command.GrantLease(-3, 60),
                put(Bytes.utf8("a"), 1, 9),
                put(Bytes.utf8("b"), 1, 9),
                new AuthCommand.AddUser("root", Bytes.utf8("hash")),
                new AuthCommand.AddUser("bare", null),
                new AuthCommand.AddRole("role"),
                new AuthCommand.GrantPermission("role", permission),
                new AuthCommand.GrantRole("root", "root"),
                new AuthCommand.GrantRole("bare", "role"),
                new AuthCommand.Enable());
        var auth = world.applier.auth().now();

        World restored = restored(EtcdImport.Bump.NONE);

        assertThat(restored.leases.get(9)).isEqualTo(new Lease(9, 100, 100_000));
        assertThat(restored.leases.get(-3)).isEqualTo(new Lease(-3, 60, 60_000));
        assertThat(restored.leases.keys(9)).containsExactly(Bytes.utf8("a"), Bytes.utf8("b"));
        assertThat(restored.applier.auth().now().enabled()).isTrue();
        assertThat(restored.applier.auth().now().revision()).isEqualTo(auth.revision());
        assertThat(restored.applier.auth().now().users())
                .containsExactly(
                        new User("bare", null, List.of("role")), new User("root", Bytes.utf8("hash"), List.of("root")));
        assertThat(restored.applier.auth().now().roles()).containsExactly(new Role("role", List.of(permission)));
        assertThat(restored.members.now().members()).containsExactly(MEMBER);
        assertThat(restored.applier.applied()).isEqualTo(EtcdImport.POSITION);
    }

    @Test
    void whatIsLeftOfALeaseIsRestored() throws IOException {
        world.apply(new Command.GrantLease(9, 100));

        World restored = restored(save(CLOCK_MILLIS + 40_500), EtcdImport.Bump.NONE);

        assertThat(restored.leases.get(9)).isEqualTo(new Lease(9, 100, 60_000));
    }

    @Test
    void aBumpMovesRevisionsOnAndForgetsThePast() throws IOException {
        world.apply(put(Bytes.utf8("a"), 1, 0));
        world.apply(put(Bytes.utf8("a"), 2, 0));

        World restored = restored(new EtcdImport.Bump(1_000, true));

        assertThat(restored.kv.revision()).isEqualTo(1_003);
        assertThat(restored.kv.compactRevision()).isEqualTo(1_003);
        assertThat(restored.kv.history(1_002, 10, 1 << 20)).isEqualTo(new HistoryRead.Compacted(1_003));
        restored.apply(put(Bytes.utf8("a"), 3, 0));
        assertThat(restored.kv.get(Bytes.utf8("a"))).satisfies(kv -> {
            assertThat(kv.modRevision()).isEqualTo(1_004);
            assertThat(kv.version()).isEqualTo(3);
        });
        assertThat(((HistoryRead.Revisions) history(restored, 1_003)).revisions())
                .hasSize(2);
        // A snapshot of that is as good as any.
        World again = new World(new MemoryStore());
        try (SnapshotFile file = SnapshotFile.open(save(restored, CLOCK_MILLIS))) {
            new EtcdImport(again.store, List.of(MEMBER), EtcdImport.Bump.NONE).from(file);
        }
        assertThat(new World(again.store).kv.hash(0)).isEqualTo(restored.kv.hash(0));
    }

    @Test
    void everyFlippedBitAndEveryCutIsFoundByTheHash() throws IOException {
        world.apply(put(Bytes.utf8("a"), 3_000, 0));
        byte[] good = Files.readAllBytes(save(CLOCK_MILLIS));
        Path bad = directory.resolve("bad");
        for (int bit = 0; bit < good.length * 8; bit += 2_003) {
            byte[] flipped = good.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(bad, flipped);
            assertThatThrownBy(() -> checked(bad)).isInstanceOf(SnapshotException.class);
        }
        for (int length = 0; length < good.length; length += 811) {
            Files.write(bad, Arrays.copyOf(good, length));
            assertThatThrownBy(() -> checked(bad)).isInstanceOf(SnapshotException.class);
        }
        Files.write(bad, good);
        assertThat(checked(bad).revision()).isEqualTo(2);
    }

    @Test
    void otherDatabasesAndEntriesThatContradictThemselvesAreRefused() throws IOException {
        Bytes revision = EtcdKeys.key(new Revision(5, 0), false);
        Bytes deleted = EtcdKeys.key(new Revision(5, 0), true);
        BoltContent other = listener -> {
            listener.bucket(Bytes.utf8("books"));
            listener.entry(Bytes.utf8("a"), BoltValue.of(new byte[3]));
        };
        BoltContent twice = listener -> {
            listener.bucket(EtcdBuckets.KEY);
            KeyVersion version =
                    new KeyVersion(new Revision(5, 0), false, new KeyValue(revision, 5, 5, 1, Bytes.EMPTY, 0));
            listener.entry(revision, BoltValue.of(EtcdKeys.value(version)));
            listener.entry(deleted, BoltValue.of(EtcdKeys.value(version)));
        };
        BoltContent unreadable = listener -> {
            listener.bucket(EtcdBuckets.KEY);
            listener.entry(revision, BoltValue.of(new byte[] {-1, -1, -1}));
        };
        for (BoltContent content : List.of(other, twice, unreadable)) {
            Path path = directory.resolve("odd");
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            BoltPlan.of(content).write(content, out);
            Files.write(path, out.toByteArray());

            try (SnapshotFile file = SnapshotFile.open(path)) {
                assertThatThrownBy(file::check).isInstanceOf(SnapshotException.class);
                assertThatThrownBy(file::requireHash).isInstanceOf(SnapshotException.class);
                assertThatThrownBy(() ->
                                new EtcdImport(new MemoryStore(), List.of(MEMBER), EtcdImport.Bump.NONE).from(file))
                        .isInstanceOf(SnapshotException.class);
            }
        }
    }

    private static SnapshotFile.Status checked(Path path) throws IOException {
        try (SnapshotFile file = SnapshotFile.open(path)) {
            file.requireHash();
            return file.check();
        }
    }

    private World restored(EtcdImport.Bump bump) throws IOException {
        return restored(save(CLOCK_MILLIS), bump);
    }

    private static World restored(Path snapshot, EtcdImport.Bump bump) throws IOException {
        MemoryStore store = new MemoryStore();
        try (SnapshotFile file = SnapshotFile.open(snapshot)) {
            file.requireHash();
            file.check();
            new EtcdImport(store, List.of(MEMBER), bump).from(file);
        }
        return new World(store);
    }

    private Path save(long clockMillis) throws IOException {
        return save(world, clockMillis);
    }

    private Path save(World source, long clockMillis) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (StoreMoment moment = source.store.moment();
                EtcdExport export = EtcdExport.of(moment, clockMillis, directory, () -> false)) {
            export.writeTo(out);
            assertThat(export.bytes()).isEqualTo(out.size());
        }
        out.write(Sha256.of(out.toByteArray()));
        return Files.write(directory.resolve("snapshot"), out.toByteArray());
    }

    private static Object history(World of, long from) {
        return of.kv.history(from, 1_000, 1 << 26);
    }

    private static long count(World of) {
        long[] count = {0};
        of.kv.scan(KeyRange.all(), _ -> ++count[0] > 0);
        assertThat(((HashRead.Hashed) of.kv.hash(0)).currentRevision()).isEqualTo(of.kv.revision());
        return count[0];
    }

    private static Operation.Put put(Bytes key, int length, long lease) {
        return new Operation.Put(key, Bytes.wrap(new byte[length]), lease, false, false, false);
    }
}
