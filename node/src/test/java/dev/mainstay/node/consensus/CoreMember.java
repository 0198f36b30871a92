package dev.mainstay.node.consensus;

import dev.mainstay.node.apply.Applier;
import dev.mainstay.node.apply.Tables;
import dev.mainstay.node.command.Operation.Put;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.lease.LeaseTable;
import dev.mainstay.node.maintenance.Alarms;
import dev.mainstay.node.membership.MemberTable;
import dev.mainstay.node.mvcc.KvStore;
import dev.mainstay.node.storage.rocksdb.RocksSettings;
import dev.mainstay.node.storage.rocksdb.RocksStore;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;

/** A lone member with the real state: log, rules and database. Its log is dropped at a start only, so that a run can be replayed. */
final class CoreMember implements AutoCloseable {

    private static final int CALLERS = 20;
    private static final int PUTS_PER_FLUSH = 150;
    private static final RaftSettings.LogSizes KEPT_LOG =
            new RaftSettings.LogSizes(64 << 10, 16 << 10, 1_000_000_000, 1L << 40);

    final KvStore kv;
    final Applier applier;
    private final RocksStore store;
    private final RatisMember raft;

    private CoreMember(Path data) throws IOException {
        store = RocksStore.open(data.resolve("db"), Tables.all(), RocksSettings.small(), fault -> {
            throw fault;
        });
        kv = KvStore.open(store);
        applier = new Applier(
                store,
                kv,
                LeaseTable.open(store),
                Alarms.open(store),
                MemberTable.open(store),
                _ -> {},
                (_, _) -> {},
                _ -> {});
        RatisLogs.quieten();
        raft = new RatisMember(
                RaftSettings.usual(data, TestMember.MEMBER, TestMember.CLUSTER, "127.0.0.1", 0)
                        .with(KEPT_LOG),
                new AppliedLog(applier, store),
                ConsensusMeter.NONE,
                (reason, cause) -> {
                    throw new IllegalStateException(reason, cause);
                });
        raft.start(applier::clockMillis, new Leadership() {
            @Override
            public void becameLeader(long term) {}

            @Override
            public void lostLeadership() {}
        });
    }

    static CoreMember open(Path data) throws IOException {
        return new CoreMember(data);
    }

    CompletableFuture<Outcome> put(String key) {
        return raft.propose(new Put(Bytes.utf8(key), Bytes.utf8("value of " + key), 0, false, false, false));
    }

    @Override
    public void close() {
        raft.close();
        store.close();
    }

    /**
     * Writes numbered keys until it is killed, each twice, and prints those acknowledged; flushes the database now and
     * then. Arguments: the data directory and the first number.
     */
    public static void main(String[] arguments) throws Exception {
        CoreMember member = open(Path.of(arguments[0]));
        PrintStream out = System.out;
        var room = new Semaphore(CALLERS);
        for (int i = Integer.parseInt(arguments[1]); ; i++) {
            room.acquire();
            String key = "k" + i / 2;
            var _ = member.put(key).thenAccept(outcome -> {
                if (outcome instanceof Outcome.PutDone done) {
                    out.println(key + " " + done.revision());
                }
                room.release();
            });
            if (i % PUTS_PER_FLUSH == 0) {
                member.store.flush();
            }
        }
    }
}
