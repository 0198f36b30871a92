package dev.mainstay.node.leader;

import dev.mainstay.node.apply.Applier;
import dev.mainstay.node.apply.Tables;
import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.CommandBatch;
import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.command.Operation;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Member;
import dev.mainstay.node.consensus.PeerCalls;
import dev.mainstay.node.consensus.PeerException;
import dev.mainstay.node.consensus.PeerMethod;
import dev.mainstay.node.consensus.PeerMethods;
import dev.mainstay.node.consensus.Proposer;
import dev.mainstay.node.lease.LeaseTable;
import dev.mainstay.node.maintenance.Alarms;
import dev.mainstay.node.membership.MemberTable;
import dev.mainstay.node.mvcc.KvStore;
import dev.mainstay.node.storage.Cursor;
import dev.mainstay.node.storage.MemoryStore;
import dev.mainstay.node.storage.StoreTransaction;
import dev.mainstay.node.storage.Table;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;

/** The real state of several members, numbered from 1, fed by one log, who can ask each other for their hashes. */
final class HashWorld implements PeerCalls, Proposer, AutoCloseable {

    final Map<Long, Core> cores = new TreeMap<>();
    final List<Command> proposed = new ArrayList<>();
    final Set<Long> down = new HashSet<>();
    private long index;
    private long nanos;

    /** One member. */
    static final class Core implements PeerMethods, AutoCloseable {

        final MemoryStore store;
        final KvStore kv;
        final Alarms alarms;
        final MemberTable members;
        final Applier applier;
        private final HashAnswers answers;
        private final Map<PeerMethod, Handler> handlers = new EnumMap<>(PeerMethod.class);

        Core(MemoryStore store) {
            this.store = store;
            kv = KvStore.open(store);
            alarms = Alarms.open(store);
            members = MemberTable.open(store);
            applier = new Applier(store, kv, LeaseTable.open(store), alarms, members, _ -> {}, (_, _) -> {}, _ -> {});
            answers = new HashAnswers(applier.stateHashes(), kv);
            answers.register(this);
        }

        @Override
        public void register(PeerMethod method, Handler handler) {
            handlers.put(method, handler);
        }

        Outcome apply(long at, Command command) {
            return applier.apply(new LogPosition(1, at), List.of(new CommandBatch(0, List.of(command))))
                    .getFirst()
                    .getFirst();
        }

        @Override
        public void close() {
            answers.close();
        }
    }

    HashWorld(int members) {
        for (long id = 1; id <= members; id++) {
            cores.put(id, new Core(new MemoryStore()));
        }
        commit(new Command.FoundCluster(LongStream.rangeClosed(1, members)
                .mapToObj(id -> new Member(id, "m" + id, List.of("http://m" + id + ":1"), List.of(), false))
                .toList()));
    }

    /** What member 1 compares with. */
    MemberComparison comparison() {
        Core self = core(1);
        return new MemberComparison(1, self.members::now, this, self.kv::revision, this::nanos);
    }

    Core core(long id) {
        return Objects.requireNonNull(cores.get(id));
    }

    /** Applies a command on every member that is up. */
    Outcome commit(Command command) {
        index++;
        List<Outcome> outcomes = new ArrayList<>();
        cores.forEach((id, core) -> {
            if (!down.contains(id)) {
                outcomes.add(core.apply(index, command));
            }
        });
        return outcomes.getFirst();
    }

    /** As a member whose rules are wrong would. */
    void commitOtherwise(long id, Command command, Command there) {
        index++;
        cores.forEach((member, core) -> core.apply(index, member == id ? there : command));
    }

    /** Changes a byte of a value on a member's disk. */
    void tamper(long id) {
        MemoryStore store = core(id).store;
        Table kv = Tables.all().stream()
                .filter(table -> table.name().equals("kv"))
                .findFirst()
                .orElseThrow();
        try (Cursor cursor = store.cursor(kv, null, null);
                StoreTransaction changes = store.begin()) {
            cursor.seek(new byte[0]);
            byte[] value = cursor.value().clone();
            value[value.length - 1] ^= 1;
            changes.put(kv, cursor.key(), value);
            store.write(changes);
        }
    }

    /** Starts a member again, on data that a release without hashes wrote. */
    void upgrade(long id) {
        Core before = core(id);
        before.close();
        byte[] key = "position".getBytes(StandardCharsets.UTF_8);
        byte[] row = Objects.requireNonNull(before.store.get(Applier.APPLIED, key));
        byte[] old = Arrays.copyOf(row, 1 + 3 * Long.BYTES);
        old[0] = 1;
        try (StoreTransaction changes = before.store.begin()) {
            changes.put(Applier.APPLIED, key, old);
            before.store.write(changes);
        }
        cores.put(id, new Core(before.store));
    }

    static Operation.Put put(String key, String value) {
        return new Operation.Put(Bytes.utf8(key), Bytes.utf8(value), 0, false, false, false);
    }

    /** A clock by which asking takes time. */
    private long nanos() {
        nanos += 20_000_000;
        return nanos;
    }

    @Override
    public CompletableFuture<Outcome> propose(Command command) {
        proposed.add(command);
        return CompletableFuture.completedFuture(commit(command));
    }

    @Override
    public CompletableFuture<byte[]> call(long memberId, PeerMethod method, byte[] request) {
        if (down.contains(memberId)) {
            return CompletableFuture.failedFuture(new PeerException(PeerException.Reason.UNREACHABLE, "it is down"));
        }
        return Objects.requireNonNull(core(memberId).handlers.get(method)).handle(1, request);
    }

    @Override
    public CompletableFuture<byte[]> callAddress(String address, PeerMethod method, byte[] request) {
        throw new UnsupportedOperationException("hashes are asked of members");
    }

    @Override
    public void close() {
        cores.values().forEach(Core::close);
    }
}
