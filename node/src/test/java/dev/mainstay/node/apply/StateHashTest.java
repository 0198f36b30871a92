package dev.mainstay.node.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.CommandBatch;
import dev.mainstay.node.command.CommandCodec;
import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.command.Operation;
import dev.mainstay.node.command.RandomCommands;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.storage.MemoryStore;
import dev.mainstay.node.storage.StoreTransaction;
import dev.mainstay.node.storage.Table;
import dev.mainstay.node.testing.Seeds;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** That equal logs make equal hashes is shown by {@link ReplicaSimulationTest}; here, that nothing else does. */
class StateHashTest {

    private static final Bytes KEY = Bytes.utf8("key");

    private final Replica one = Replica.empty();
    private final Replica other = Replica.empty();

    @Test
    void lateDifferenceShowsForEverAfter() {
        both(put("value"));
        assertThat(hash(one)).isEqualTo(hash(other));

        one.applyOne(put("value"));
        other.applyOne(put("valuf"));
        assertThat(hash(one)).isNotEqualTo(hash(other));

        both(put("value"), new Command.GrantLease(1, 10));
        both(put("more"));
        assertThat(hash(one)).isNotEqualTo(hash(other));
    }

    @Test
    void sameEntryWithAnotherEffectShows() {
        both(put("value"));
        one.applyOne(put("value"));
        other.apply();
        StateHash before = hash(one);

        both(put("value"));

        assertThat(one.kv.revision()).isNotEqualTo(other.kv.revision());
        assertThat(hash(one)).isNotEqualTo(hash(other)).isNotEqualTo(before);
    }

    @Test
    void leasesAlarmsMembersAndTheClockCount() {
        Set<StateHash> hashes = new HashSet<>();
        for (Command command : List.<Command>of(
                new Command.Tick(),
                new Command.GrantLease(1, 10),
                new Command.GrantLease(2, 10),
                new Command.GrantLease(1, 11),
                new Command.ReportCorrupt(0),
                new Command.AddMember(1, List.of("http://a:1"), false, 1),
                new Command.AddMember(1, List.of("http://a:1"), true, 1))) {
            Replica replica = Replica.empty();
            replica.applyOne(command);
            hashes.add(hash(replica));
        }
        one.applier.apply(new LogPosition(1, 1), List.of(new CommandBatch(1, List.of(new Command.Tick()))));
        hashes.add(hash(one));
        other.applier.apply(new LogPosition(2, 1), List.of(new CommandBatch(0, List.of(new Command.Tick()))));
        hashes.add(hash(other));

        assertThat(hashes).hasSize(9);
    }

    @Seeds(100)
    void anyChangedByteOfARowMakesAnotherHash(long seed) {
        Random random = new Random(seed);
        Table table = new Table("kv");
        byte[] key = bytes(random);
        byte[] value = bytes(random);
        byte[] neighbour = bytes(random);
        long hash = hash(table, key, value, neighbour);

        assertThat(hash(new Table("kw"), key, value, neighbour)).isNotEqualTo(hash);
        for (byte[] bytes : List.of(key, value, neighbour)) {
            int at = random.nextInt(bytes.length);
            byte before = bytes[at];
            bytes[at] = (byte) (before ^ (1 + random.nextInt(255)));
            assertThat(hash(table, key, value, neighbour)).isNotEqualTo(hash);
            bytes[at] = before;
        }
        assertThat(hash(table, key, Arrays.copyOf(value, value.length - 1), neighbour))
                .isNotEqualTo(hash);
        assertThat(hash(table, key, value, neighbour)).isEqualTo(hash);
    }

    /** Part of what is on disk and compared between releases: if this fails, the scheme must change, not the test. */
    @Test
    void valueIsStableAcrossReleases() {
        one.applyOne(put("value"));

        assertThat(StateHash.SCHEME).isEqualTo((byte) 1);
        assertThat(hash(one)).isEqualTo(new StateHash(0, FIRST_PUT));
    }

    private static final long FIRST_PUT = 4_890_278_118_074_286_095L;

    @Seeds(30)
    void membersThatBeganAtDifferentEntriesBeginAnewTogether(long seed) {
        RandomCommands commands = new RandomCommands(new Random(seed));
        Replica late = other;
        for (int i = 0; i < 10; i++) {
            byte[] entry = CommandCodec.encode(List.of(commands.batch(i, one.kv.revision())));
            LogPosition position = new LogPosition(1, i + 1L);
            one.applier.apply(position, CommandCodec.decode(entry));
            late.applier.apply(position, CommandCodec.decode(entry));
            if (i == 4) {
                late = late.ofBeforeHashes();
            }
        }
        assertThat(hash(one).origin()).isLessThan(11);
        assertThat(late.state().hash()).isEqualTo(one.state().hash());

        one.applyOne(new Command.BeginStateHash());
        late.applyOne(new Command.BeginStateHash());
        one.applyOne(put("value"));
        late.applyOne(put("value"));

        assertThat(hash(one)).isEqualTo(hash(late));
        assertThat(hash(one).origin()).isEqualTo(11);
    }

    @Test
    void oldDataBeginToBeHashedWhereTheyStand() {
        both(put("value"));
        both(put("value"));

        Replica old = other.ofBeforeHashes();

        assertThat(old.applier.applied()).isEqualTo(one.applier.applied());
        assertThat(old.applier.clockMillis()).isEqualTo(one.applier.clockMillis());
        assertThat(hash(old)).isEqualTo(StateHash.begin(2));
    }

    private static long hash(Table table, byte[] key, byte[] value, byte[] neighbour) {
        MemoryStore store = new MemoryStore();
        try (StoreTransaction changes = store.begin()) {
            changes.put(table, key, value);
            changes.put(new Table("history"), neighbour, neighbour);
            changes.delete(new Table("lease_link"), neighbour);
            return new ChangeHash().of(changes);
        }
    }

    private static byte[] bytes(Random random) {
        byte[] bytes = new byte[1 + random.nextInt(60)];
        random.nextBytes(bytes);
        return bytes;
    }

    private void both(Command... commands) {
        one.apply(commands);
        other.apply(commands);
    }

    private static StateHash hash(Replica replica) {
        return replica.applier.stateHashes().newest().hash();
    }

    private static Operation.Put put(String value) {
        return new Operation.Put(KEY, Bytes.utf8(value), 0, false, false, false);
    }
}
