package dev.mainstay.node.apply;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.CommandBatch;
import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.command.Operation;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.command.RangeQuery;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.lease.LeaseTable;
import dev.mainstay.node.maintenance.Alarms;
import dev.mainstay.node.membership.MemberTable;
import dev.mainstay.node.mvcc.KvStore;
import dev.mainstay.node.storage.rocksdb.RocksSettings;
import dev.mainstay.node.storage.rocksdb.RocksStore;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.LongFunction;

/**
 * Measures what the core costs on RocksDB, one thread, without log and network. Not a test: run it by hand on a quiet
 * machine, with a directory as its argument.
 */
public final class CoreMeasurement {

    private static final int KEYS = 200_000;
    private static final int RANGE_KEYS = 1_000;
    private static final int ROUNDS = 5;
    private static final Bytes VALUE = Bytes.wrap(new byte[256]);

    private final RocksStore store;
    private final KvStore kv;
    private final Applier applier;
    private final Random random = new Random(1);

    private CoreMeasurement(Path directory) {
        store = RocksStore.open(directory, Tables.all(), RocksSettings.defaults(), fault -> {
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
    }

    /** Prints one line per measure; the argument is an existing directory with 1 GiB of room. */
    public static void main(String[] arguments) throws IOException {
        Path directory = Files.createTempDirectory(Path.of(arguments[0]), "core");
        CoreMeasurement core = new CoreMeasurement(directory);
        core.run();
        core.store.close();
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }

    private void run() {
        List<Bytes> keys = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            keys.add(key(i));
        }
        java.util.Collections.shuffle(keys, random);
        measure("create a key, batches of 100", KEYS, _ -> puts(keys, 100));
        for (int round = 0; round < ROUNDS; round++) {
            measure("overwrite a random key, batches of 1", 40_000, count -> puts(sample(count), 1));
            measure("overwrite a random key, batches of 100", 100_000, count -> puts(sample(count), 100));
            measure("get a random key", 200_000, this::gets);
            measure("get a missing key", 100_000, this::misses);
            measure("key of a range of 1,000", 400_000, this::ranges);
            measure("count 200k keys", 2_000, count -> counts(count, 0));
            measure("count 100k keys, cut blocks", 2_000, this::partCounts);
            measure("count 200k keys 1,000 revisions ago", 20, count -> counts(count, kv.revision() - 1_000));
        }
        store.flush();
        measure("get a random key, flushed", 200_000, this::gets);
        measure("key of a range of 1,000, flushed", 400_000, this::ranges);
        store.compactRange(dev.mainstay.node.mvcc.Schema.tables().getFirst(), null, null);
        measure("get a random key, compacted", 200_000, this::gets);
        measure("key of a range of 1,000, compacted", 400_000, this::ranges);
        measure("overwrite a random key, compacted, 1", 40_000, count -> puts(sample(count), 1));
    }

    private static void measure(String what, long count, LongFunction<Object> work) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long started = System.nanoTime();
        long startedCpu = threads.getCurrentThreadCpuTime();
        Object result = work.apply(count);
        double cpuMicros = (threads.getCurrentThreadCpuTime() - startedCpu) / 1e3 / count;
        double micros = (System.nanoTime() - started) / 1e3 / count;
        System.out.printf("%-42s %8.2f us of CPU, %8.2f us   (%s)%n", what, cpuMicros, micros, result);
    }

    private List<Bytes> sample(long count) {
        List<Bytes> keys = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            keys.add(key(random.nextInt(KEYS)));
        }
        return keys;
    }

    private Object puts(List<Bytes> keys, int batch) {
        for (int i = 0; i < keys.size(); i += batch) {
            List<Command> commands = new ArrayList<>(batch);
            for (Bytes key : keys.subList(i, Math.min(keys.size(), i + batch))) {
                commands.add(new Operation.Put(key, VALUE, 0, false, false, false));
            }
            LogPosition next = new LogPosition(1, applier.applied().index() + 1);
            applier.apply(next, List.of(new CommandBatch(0, commands)));
        }
        return kv.revision();
    }

    private Object gets(long count) {
        long found = 0;
        for (long i = 0; i < count; i++) {
            RangeQuery query = RangeQuery.all(KeyRange.single(key(random.nextInt(KEYS))), 0);
            found += ((Outcome.Ranged) kv.range(query)).kvs().size();
        }
        return found;
    }

    private Object misses(long count) {
        long found = 0;
        for (long i = 0; i < count; i++) {
            Bytes missing = Bytes.utf8(key(random.nextInt(KEYS)) + "x");
            found += ((Outcome.Ranged) kv.range(RangeQuery.all(KeyRange.single(missing), 0))).count();
        }
        return found;
    }

    private Object ranges(long count) {
        long found = 0;
        for (long i = 0; i < count; i += RANGE_KEYS) {
            int from = random.nextInt(KEYS - RANGE_KEYS);
            KeyRange range = new KeyRange(key(from), key(from + RANGE_KEYS));
            found += ((Outcome.Ranged) kv.range(RangeQuery.all(range, 0))).kvs().size();
        }
        return found;
    }

    private Object counts(long count, long revision) {
        return repeatedCount(count, KeyRange.all(), revision);
    }

    private Object partCounts(long count) {
        return repeatedCount(count, new KeyRange(key(KEYS / 4 + 77), key(KEYS / 4 * 3 + 77)), 0);
    }

    private Object repeatedCount(long count, KeyRange range, long revision) {
        RangeQuery query = new RangeQuery(
                range, 0, revision, RangeQuery.SortOrder.NONE, RangeQuery.SortTarget.KEY, false, true, 0, 0, 0, 0);
        long keys = 0;
        for (long i = 0; i < count; i++) {
            keys = ((Outcome.Ranged) kv.range(query)).count();
        }
        return keys;
    }

    private static Bytes key(int number) {
        return Bytes.utf8("/registry/pods/namespace-%02d/pod-%08d".formatted(number / 10_000, number));
    }
}
