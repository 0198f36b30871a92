package dev.mainstay.node.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.auth.User;
import dev.mainstay.node.command.AuthCommand;
import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.MigrationCommand;
import dev.mainstay.node.command.Operation;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.command.RandomCommands;
import dev.mainstay.node.command.RangeQuery;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Caller;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.Event;
import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.common.KeyValue;
import dev.mainstay.node.common.Permission;
import dev.mainstay.node.common.Revision;
import dev.mainstay.node.common.RevisionEvents;
import dev.mainstay.node.lease.Lease;
import dev.mainstay.node.mvcc.HistoryRead;
import dev.mainstay.node.mvcc.KeyVersion;
import dev.mainstay.node.mvcc.KvExport;
import dev.mainstay.node.storage.StoreMoment;
import dev.mainstay.node.testing.Seeds;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MigrationTest {

    private static final long ID = 77;

    private final Replica source = Replica.empty();
    private final Target target = new Target();

    /** A replica that is killed now and then, and one with the same log that isn't. */
    private static final class Target {

        private final List<Command> log = new ArrayList<>();
        private final Replica steady = Replica.empty();
        private Replica killed = Replica.empty();

        Outcome apply(Command command) {
            log.add(command);
            Outcome outcome = steady.applyOne(command);
            catchUp();
            return outcome;
        }

        /** Loses what wasn't flushed, and takes it from the log again. */
        void kill() {
            killed = killed.afterCrash();
            catchUp();
        }

        /** Loses nothing, though the saved counts may be those of before. */
        void killFlushed(boolean countsToo) {
            if (countsToo) {
                killed.kv.saveCounts();
            }
            killed.store.flush();
            kill();
        }

        /** Goes on from a copy of the state. */
        void fetch() {
            killed = killed.fromSnapshot();
        }

        private void catchUp() {
            while (killed.applier.applied().index() < log.size()) {
                killed.applyOne(log.get((int) killed.applier.applied().index()));
            }
        }
    }

    @Seeds(50)
    void whatTheSourceHeldIsHeldAndGoesOn(long seed) {
        Random random = new Random(seed);
        write(random, random.nextInt(80));
        load(random);
        write(random, random.nextInt(60));
        follow(random, source.events);
        settleLeases();
        if (source.kv.compactRevision() > target.steady.kv.compactRevision()) {
            apply(random, new MigrationCommand.FollowCompaction(ID, source.kv.compactRevision()));
        }
        assertThat(apply(random, new MigrationCommand.Finish(ID, source.kv.revision())))
                .isEqualTo(new Outcome.Done(source.kv.revision()));

        assertThat(target.killed.state()).isEqualTo(target.steady.state());
        compare(target.steady);
        compare(target.killed);
        compare(target.killed.fromSnapshot());
        target.killed.kv.saveCounts();
        while (target.killed.kv.compactor().step(7)) {
            compare(target.killed);
        }
        write(random, 10);
    }

    /** Everything that a client could ask, except for what is left of leases. */
    private void compare(Replica replica) {
        assertThat(replica.kv.revision()).isEqualTo(source.kv.revision());
        assertThat(replica.kv.compactRevision()).isEqualTo(source.kv.compactRevision());
        assertThat(replica.kv.hash(0)).isEqualTo(source.kv.hash(0));
        long first = Math.max(1, source.kv.compactRevision());
        for (long revision = first; revision <= source.kv.revision(); revision++) {
            RangeQuery all = RangeQuery.all(KeyRange.all(), revision);
            assertThat(replica.kv.range(all)).isEqualTo(source.kv.range(all));
        }
        assertThat(replica.kv.history(first, Integer.MAX_VALUE, Long.MAX_VALUE))
                .isEqualTo(source.kv.history(first, Integer.MAX_VALUE, Long.MAX_VALUE));
        assertThat(leases(replica)).isEqualTo(leases(source));
    }

    private static List<String> leases(Replica replica) {
        return replica.leases.leases().stream()
                .map(lease -> lease.id() + " " + lease.ttlSeconds() + " " + replica.leases.keys(lease.id()))
                .toList();
    }

    @Test
    void leasesRunFromTheEndOn() {
        source.applyOne(new Command.GrantLease(5, 60));
        load(new Random(1));

        Lease resting = target.steady.leases.leases().getFirst();
        assertThat(resting.deadlineMillis()).isGreaterThan(Long.MAX_VALUE / 8);
        assertThat(target.apply(new Command.ExpireLease(5, resting.deadlineMillis())))
                .isEqualTo(new Outcome.Refused(ErrorCode.MIGRATING));
        target.apply(new MigrationCommand.Finish(ID, 1));

        assertThat(target.steady.leases.leases()).containsExactly(new Lease(5, 60, 60_000));
    }

    @Test
    void nobodyElseChangesAnythingUntilTheEnd() {
        put("a", "1");
        load(new Random(1));
        Command put = new Operation.Put(Bytes.utf8("b"), Bytes.EMPTY, 0, false, false, false);

        assertThat(target.apply(put)).isEqualTo(new Outcome.Refused(ErrorCode.MIGRATING));
        assertThat(target.apply(new Command.GrantLease(9, 10))).isEqualTo(new Outcome.Refused(ErrorCode.MIGRATING));
        assertThat(target.apply(new Command.Compact(2))).isEqualTo(new Outcome.Refused(ErrorCode.MIGRATING));
        assertThat(target.apply(new AuthCommand.AddRole("r"))).isEqualTo(new Outcome.Refused(ErrorCode.MIGRATING));
        assertThat(target.apply(new Command.Tick())).isInstanceOf(Outcome.Done.class);
        assertThat(target.apply(new MigrationCommand.Finish(ID, 1)))
                .isEqualTo(new Outcome.Refused(ErrorCode.MIGRATION_OUT_OF_ORDER));
        assertThat(target.apply(new MigrationCommand.Finish(ID, 2))).isEqualTo(new Outcome.Done(2));
        assertThat(target.apply(new MigrationCommand.Finish(ID, 2))).isEqualTo(new Outcome.Done(2));
        assertThat(target.apply(put)).isEqualTo(new Outcome.PutDone(3, null));
    }

    @Test
    void onlyAClusterThatHoldsNothingTakesAnotherOver() {
        Command begin = new MigrationCommand.Begin(ID, 1, 5, -1);
        target.apply(new AuthCommand.AddRole("r"));
        assertThat(target.apply(begin)).isEqualTo(new Outcome.Refused(ErrorCode.MIGRATION_NOT_EMPTY));
        Replica written = source;
        put("a", "1");
        assertThat(written.applyOne(begin)).isEqualTo(new Outcome.Refused(ErrorCode.MIGRATION_NOT_EMPTY));
        Replica empty = Replica.empty();
        assertThat(empty.applyOne(begin)).isEqualTo(new Outcome.Done(1));
        assertThat(empty.applyOne(begin)).isEqualTo(new Outcome.Done(1));
        assertThat(empty.applyOne(new MigrationCommand.Begin(ID + 1, 1, 5, -1)))
                .isEqualTo(new Outcome.Refused(ErrorCode.MIGRATION_NOT_EMPTY));
        assertThat(empty.applyOne(new MigrationCommand.Load(ID + 1, 1, List.of())))
                .isEqualTo(new Outcome.Refused(ErrorCode.MIGRATION_UNKNOWN));
        assertThat(empty.applyOne(new MigrationCommand.Load(ID, 2, List.of())))
                .isEqualTo(new Outcome.Refused(ErrorCode.MIGRATION_OUT_OF_ORDER));
    }

    @Test
    void whatDoesNotFitEndsIt() {
        Outcome diverged = new Outcome.Refused(ErrorCode.MIGRATION_DIVERGED);
        List<List<MigrationCommand.Version>> wrong = List.of(
                // A revision is missing; the second version of a key without its first; a deletion of nothing.
                List.of(version(2, 2, 1), version(4, 2, 2)),
                List.of(version(2, 2, 2)),
                List.of(new MigrationCommand.Version(
                        new Revision(2, 0), true, new KeyValue(Bytes.utf8("k"), 0, 2, 0, Bytes.EMPTY, 0))),
                List.of(version(2, 2, 1), version(3, 3, 1)),
                List.of(version(2, 2, 1), version(3, 2, 3)));
        for (List<MigrationCommand.Version> versions : wrong) {
            Replica loading = Replica.empty();
            loading.applyOne(new MigrationCommand.Begin(ID, 1, 9, 1));
            assertThat(loading.applyOne(new MigrationCommand.Load(ID, 1, versions)))
                    .isEqualTo(diverged);
            assertThat(loading.applyOne(new MigrationCommand.Load(ID, 1, versions)))
                    .isEqualTo(new Outcome.Refused(ErrorCode.MIGRATION_ABORTED));
            assertThat(loading.fromSnapshot().applier.migration().now().allowsReads())
                    .isFalse();
        }
    }

    @Test
    void aCompactRevisionOfWhichNothingIsLeftIsThere() {
        apply(new Random(2), new MigrationCommand.Begin(ID, 1, 9, 9));
        apply(new Random(3), new MigrationCommand.Load(ID, 1, List.of(version(5, 2, 3))));
        assertThat(target.apply(new MigrationCommand.Complete(ID, 1, false, 1))).isEqualTo(new Outcome.Done(9));

        assertThat(target.apply(new MigrationCommand.Follow(ID, List.of(version(10, 2, 4)))))
                .isEqualTo(new Outcome.Done(10));
        assertThat(target.steady.kv.history(9, 10, 1_000)).isInstanceOf(HistoryRead.Revisions.class);
        assertThat(target.steady.fromSnapshot().kv.revision()).isEqualTo(10);
    }

    @Test
    void keysOfARevisionInTwoPartsAreAllCounted() {
        Replica replica = Replica.empty();
        replica.applyOne(new MigrationCommand.Begin(ID, 1, 2, -1));
        for (int part = 1; part <= 2; part++) {
            var kv = new KeyValue(Bytes.utf8("k" + part), 2, 2, 1, Bytes.EMPTY, 0);
            var version = new MigrationCommand.Version(new Revision(2, part - 1), false, kv);
            assertThat(replica.applyOne(new MigrationCommand.Load(ID, part, List.of(version))))
                    .isEqualTo(new Outcome.Done(2));
            if (part == 1) {
                replica.kv.saveCounts();
            }
        }
        replica.applyOne(new MigrationCommand.Complete(ID, 2, false, 1));

        RangeQuery count = RangeQuery.all(KeyRange.all(), 0).onlyCount();
        assertThat(replica.fromSnapshot().kv.range(count)).isEqualTo(new Outcome.Ranged(2, List.of(), false, 2));
    }

    @Test
    void usersCountFromTheSnapshotOn() {
        Permission permission = new Permission(Permission.Kind.READ, Bytes.utf8("a"), Bytes.EMPTY);
        target.apply(new MigrationCommand.Begin(ID, 1, 1, -1));
        target.apply(new MigrationCommand.AddUsers(
                ID,
                List.of(new MigrationCommand.UserFields("root", Bytes.utf8("hash"), List.of("root"))),
                List.of(new MigrationCommand.RoleFields("r", List.of(permission)))));
        target.apply(new MigrationCommand.Complete(ID, 0, true, 12));
        target.kill();
        target.fetch();

        assertThat(target.apply(new MigrationCommand.Abort(ID))).isEqualTo(new Outcome.Refused(ErrorCode.USER_EMPTY));
        assertThat(target.killed.applier.auth().now().revision()).isEqualTo(12);
        assertThat(target.killed.applier.auth().now().users())
                .containsExactly(new User("root", Bytes.utf8("hash"), List.of("root")));
        assertThat(target.apply(new MigrationCommand.Abort(ID).by(new Caller.User("root", 12))))
                .isEqualTo(new Outcome.Done(1));
        assertThat(target.killed.applier.migration().now().allowsReads()).isFalse();
    }

    private void put(String key, String value) {
        source.applyOne(new Operation.Put(Bytes.utf8(key), Bytes.utf8(value), 0, false, false, false));
    }

    /** Some random life of the source. */
    private void write(Random random, int commands) {
        RandomCommands any = new RandomCommands(random);
        for (int i = 0; i < commands; i++) {
            long revision = source.kv.revision();
            switch (random.nextInt(14)) {
                case 0, 1 -> source.applyOne(any.txn(revision, 0));
                case 2 -> source.applyOne(new Command.GrantLease(1 + random.nextInt(4), 1 + random.nextInt(100)));
                case 3 -> source.applyOne(new Command.RevokeLease(1 + random.nextInt(4)));
                case 4 -> source.applyOne(new Command.Compact(revision - random.nextInt(10)));
                case 5 -> {
                    boolean _ = source.kv.compactor().step(1 + random.nextInt(10));
                }
                case 6 ->
                    source.applyOne(new Operation.DeleteRange(
                            new KeyRange(key(random), random.nextBoolean() ? key(random) : null), false));
                default ->
                    source.applyOne(new Operation.Put(
                            key(random),
                            Bytes.utf8("v" + i),
                            random.nextInt(3) == 0 ? 1 + random.nextInt(4) : 0,
                            false,
                            false,
                            false));
            }
        }
    }

    private static Bytes key(Random random) {
        return Bytes.utf8("k" + random.nextInt(8));
    }

    /** Loads what the source holds now, in parts of any size, some of them twice. */
    private void load(Random random) {
        List<KeyVersion> versions = new ArrayList<>();
        long revision;
        long compacted;
        try (StoreMoment moment = source.store.moment();
                KvExport export = new KvExport(moment)) {
            export.visit((_, version) -> versions.add(version));
            revision = export.revision();
            compacted = export.compactRevision();
        }
        versions.sort(Comparator.comparing(KeyVersion::revision));
        apply(random, new MigrationCommand.Begin(ID, 1, revision, compacted));
        settleLeases();
        long part = 0;
        for (int from = 0; from < versions.size(); ) {
            int to = Math.min(versions.size(), from + 1 + random.nextInt(9));
            apply(
                    random,
                    new MigrationCommand.Load(
                            ID,
                            ++part,
                            versions.subList(from, to).stream()
                                    .map(version -> new MigrationCommand.Version(
                                            version.revision(), version.tombstone(), version.kv()))
                                    .toList()));
            from = to;
        }
        assertThat(target.steady.applier.migration().now().allowsReads()).isFalse();
        assertThat(apply(random, new MigrationCommand.Complete(ID, part, false, 1)))
                .isEqualTo(new Outcome.Done(revision));
        assertThat(target.steady.applier.migration().now().allowsReads()).isTrue();
    }

    /** Makes what the source told its watchers, in steps of any size, which overlap. */
    private void follow(Random random, List<RevisionEvents> events) {
        for (int from = 0; from < events.size(); ) {
            int to = Math.min(events.size(), from + 1 + random.nextInt(5));
            List<MigrationCommand.Version> versions = new ArrayList<>();
            for (RevisionEvents revision : events.subList(Math.max(0, from - random.nextInt(3)), to)) {
                int sub = 0;
                for (Event event : revision.events()) {
                    versions.add(new MigrationCommand.Version(
                            new Revision(revision.revision(), sub++), event.type() == Event.Type.DELETE, event.kv()));
                }
            }
            versions.removeIf(version -> version.revision().main() <= 1);
            for (MigrationCommand.Version version : versions) {
                if (version.kv().lease() != 0) {
                    apply(
                            random,
                            new MigrationCommand.AddLeases(
                                    ID,
                                    List.of(new MigrationCommand.LeaseFields(
                                            version.kv().lease(), 1))));
                }
            }
            assertThat(apply(random, new MigrationCommand.Follow(ID, versions))).isInstanceOf(Outcome.Done.class);
            from = to;
        }
        long loaded = target.steady.applier.migration().now().snapshotRevision();
        assertThat(target.steady.events)
                .isEqualTo(events.stream()
                        .filter(revision -> revision.revision() > loaded)
                        .toList());
    }

    private void settleLeases() {
        target.apply(new MigrationCommand.AddLeases(
                ID,
                source.leases.leases().stream()
                        .map(lease -> new MigrationCommand.LeaseFields(lease.id(), lease.ttlSeconds()))
                        .toList()));
        target.apply(new MigrationCommand.DropLeases(
                ID,
                target.steady.leases.leases().stream()
                        .map(Lease::id)
                        .filter(id -> source.leases.get(id) == null)
                        .toList()));
    }

    /** Applies a command, sometimes twice, sometimes with a kill behind it. */
    private Outcome apply(Random random, Command command) {
        Outcome outcome = target.apply(command);
        switch (random.nextInt(12)) {
            case 0 -> target.kill();
            case 1 -> target.fetch();
            case 2 -> assertThat(target.apply(command)).isEqualTo(outcome);
            case 3 -> target.killFlushed(true);
            case 4, 5 -> target.killFlushed(false);
            default -> {}
        }
        return outcome;
    }

    private static MigrationCommand.Version version(long main, long create, long version) {
        return new MigrationCommand.Version(
                new Revision(main, 0), false, new KeyValue(Bytes.utf8("k"), create, main, version, Bytes.EMPTY, 0));
    }
}
