package dev.mainstay.node.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.testing.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every {@link Store} promises, whatever it is made of. */
public abstract class StoreContract {

    protected static final Table ONE = new Table("one");
    protected static final Table TWO = new Table("two");

    /** All that the stores under test are asked for. */
    protected static final List<Table> TABLES = List.of(ONE, TWO);

    private final List<Store> opened = new ArrayList<>();

    /** A new, empty store. */
    protected abstract Store open() throws Exception;

    /** What a crash of the store right now leaves, opened. */
    protected abstract Store crashed(Store store) throws Exception;

    @AfterEach
    void closeAll() {
        opened.reversed().forEach(Store::close);
    }

    private Store kept(Store store) {
        if (!opened.contains(store)) {
            opened.add(store);
        }
        return store;
    }

    @Test
    void everyTableIsItsOwnKeySpace() throws Exception {
        Store store = kept(open());

        write(store, changes -> changes.put(ONE, key(1), key(7)));

        assertThat(store.get(ONE, key(1))).isEqualTo(key(7));
        assertThat(store.get(TWO, key(1))).isNull();
    }

    @Test
    void aMomentStaysAsItWas() throws Exception {
        Store store = kept(open());
        write(store, changes -> {
            changes.put(ONE, key(1), key(7));
            changes.put(TWO, key(1), key(7));
        });

        try (StoreMoment moment = store.moment()) {
            write(store, changes -> {
                changes.put(ONE, key(1), key(8));
                changes.put(ONE, key(2), key(8));
                changes.delete(TWO, key(1));
            });
            store.flush();
            store.compactRange(TWO, null, null);

            assertThat(moment.get(ONE, key(1))).isEqualTo(key(7));
            assertThat(moment.get(TWO, key(1))).isEqualTo(key(7));
            assertThat(moment.first(ONE, key(2), key(9))).isNull();
            try (Cursor cursor = moment.cursor(ONE, null, null)) {
                cursor.seek(key(0));
                assertThat(cursor.key()).isEqualTo(key(1));
                cursor.next();
                assertThat(cursor.isValid()).isFalse();
            }
        }
        assertThat(store.get(TWO, key(1))).isNull();
    }

    @Test
    void nothingIsVisibleBeforeTheWriteNorAfterADroppedTransaction() throws Exception {
        Store store = kept(open());

        try (StoreTransaction dropped = store.begin()) {
            dropped.put(ONE, key(1), key(1));
            assertThat(dropped.get(ONE, key(1))).isNotNull();
            assertThat(store.get(ONE, key(1))).isNull();
        }

        assertThat(store.get(ONE, key(1))).isNull();
    }

    @Test
    void cursorKeepsItsMoment() throws Exception {
        Store store = kept(open());
        write(store, changes -> changes.put(ONE, key(1), key(1)));

        try (Cursor cursor = store.cursor(ONE, null, null)) {
            write(store, changes -> {
                changes.put(ONE, key(1), key(2));
                changes.put(ONE, key(2), key(2));
            });
            cursor.seek(key(0));

            assertThat(cursor.value()).isEqualTo(key(1));
            cursor.next();
            assertThat(cursor.isValid()).isFalse();
        }
    }

    @Test
    void emptyValuesArePresent() throws Exception {
        Store store = kept(open());

        write(store, changes -> changes.put(ONE, key(1), new byte[0]));

        assertThat(store.get(ONE, key(1))).isEmpty();
        try (StoreTransaction over = store.begin()) {
            over.put(ONE, key(2), new byte[0]);
            assertThat(over.get(ONE, key(2))).isEmpty();
            assertThat(walk(over, ONE, null, null)).containsExactly("01=", "02=");
        }
    }

    @Test
    void valueHeadIsAtLeastTheHead() throws Exception {
        Store store = kept(open());
        byte[] value = {1, 2, 3, 4, 5};
        write(store, changes -> changes.put(ONE, key(1), value));

        try (Cursor cursor = store.cursor(ONE, null, null)) {
            cursor.seek(key(0));
            assertThat(cursor.valueHead(3)).startsWith(1, 2, 3);
            assertThat(cursor.valueHead(9)).isEqualTo(value);
        }
    }

    @Test
    void compactRangeChangesNothingToSee() throws Exception {
        Store store = kept(open());
        write(store, changes -> {
            for (int i = 0; i < 100; i++) {
                changes.put(ONE, key(i), key(i));
            }
        });
        write(store, changes -> changes.deleteRange(ONE, key(10), key(90)));
        List<String> before = walk(store, ONE, null, null);

        store.flush();
        store.compactRange(ONE, null, null);
        store.compactRange(ONE, key(5), key(50));

        assertThat(walk(store, ONE, null, null)).isEqualTo(before).hasSize(20);
    }

    /** Random writes; every way to read, of the store and through a transaction over it, against sorted maps. */
    @Seeds(30)
    void readsAreThoseOfASortedMap(long seed) throws Exception {
        Random random = new Random(seed);
        Store store = kept(open());
        Map<Table, NavigableMap<byte[], byte[]>> stored = maps();
        for (int round = 0; round < 12; round++) {
            Map<Table, NavigableMap<byte[], byte[]>> over = copy(stored);
            try (StoreTransaction changes = store.begin()) {
                for (int i = random.nextInt(12); i >= 0; i--) {
                    change(random, changes, over);
                    compareSomeReads(random, changes, over);
                }
                compareSomeReads(random, store, stored);
                if (random.nextInt(4) != 0) {
                    store.write(changes);
                    stored = over;
                }
            }
            if (random.nextInt(3) == 0) {
                store.flush();
            }
            compareSomeReads(random, store, stored);
        }
    }

    /** Unflushed writes may be lost, the last first, all tables of a write together; flushed ones may not. */
    @Seeds(8)
    void crashLeavesAPrefixOfTheWrites(long seed) throws Exception {
        Random random = new Random(seed);
        Store store = kept(open());
        int writes = random.nextInt(40);
        int flushed = 0;
        for (int i = 1; i <= writes; i++) {
            byte[] number = key(i);
            write(store, changes -> {
                changes.put(ONE, number, new byte[50]);
                changes.put(TWO, key(0), number);
                changes.delete(TWO, number);
            });
            if (random.nextInt(10) == 0) {
                store.flush();
                flushed = i;
            }
        }
        assertThat(number(store.getDurable(TWO, key(0)))).isBetween(flushed, writes);

        Store crashed = kept(crashed(store));

        int left = number(crashed.get(TWO, key(0)));
        assertThat(left).isBetween(flushed, writes);
        assertThat(number(crashed.getDurable(TWO, key(0)))).isEqualTo(left);
        for (int i = 1; i <= writes; i++) {
            assertThat(crashed.get(ONE, key(i)) != null).isEqualTo(i <= left);
        }
    }

    private static void change(
            Random random, StoreTransaction changes, Map<Table, NavigableMap<byte[], byte[]>> model) {
        Table table = TABLES.get(random.nextInt(2));
        NavigableMap<byte[], byte[]> map = of(model, table);
        byte[] key = randomKey(random);
        switch (random.nextInt(6)) {
            case 0, 1 -> {
                changes.delete(table, key);
                map.remove(key);
            }
            case 2 -> {
                byte[] to = randomKey(random);
                changes.deleteRange(table, key, to);
                if (Arrays.compareUnsigned(key, to) < 0) {
                    map.subMap(key, to).clear();
                }
            }
            default -> {
                byte[] value = new byte[random.nextInt(3)];
                random.nextBytes(value);
                changes.put(table, key, value);
                map.put(key, value);
            }
        }
    }

    private static void compareSomeReads(
            Random random, StoreView view, Map<Table, NavigableMap<byte[], byte[]>> model) {
        Table table = TABLES.get(random.nextInt(2));
        NavigableMap<byte[], byte[]> map = of(model, table);
        byte[] key = randomKey(random);
        assertThat(view.get(table, key)).isEqualTo(map.get(key));

        byte[] to = randomKey(random);
        Map.Entry<byte[], byte[]> first = map.ceilingEntry(key);
        boolean within = first != null && Arrays.compareUnsigned(first.getKey(), to) < 0;
        Entry entry = view.first(table, key, to);
        assertThat(entry != null).isEqualTo(within);
        if (entry != null && first != null) {
            assertThat(entry.key()).isEqualTo(first.getKey());
            assertThat(entry.value()).isEqualTo(first.getValue());
        }

        compareAWalk(random, view, table, map);
    }

    /** One cursor, sought and moved to and fro. */
    private static void compareAWalk(Random random, StoreView view, Table table, NavigableMap<byte[], byte[]> map) {
        byte[] lower = random.nextBoolean() ? null : randomKey(random);
        byte[] upper = random.nextBoolean() ? null : randomKey(random);
        NavigableMap<byte[], byte[]> bounded = bounded(map, lower, upper);
        try (Cursor cursor = view.cursor(table, lower, upper)) {
            assertThat(cursor.isValid()).as("before the first seek").isFalse();
            Map.Entry<byte[], byte[]> expected = null;
            for (int i = 0; i < 12; i++) {
                byte[] key = randomKey(random);
                switch (expected == null ? random.nextInt(2) : random.nextInt(8)) {
                    case 0 -> {
                        cursor.seek(key);
                        expected = bounded.ceilingEntry(key);
                    }
                    case 1 -> {
                        cursor.seekForPrev(key);
                        expected = bounded.floorEntry(key);
                    }
                    case 2, 3, 4 -> {
                        cursor.next();
                        expected = expected == null ? null : bounded.higherEntry(expected.getKey());
                    }
                    default -> {
                        cursor.prev();
                        expected = expected == null ? null : bounded.lowerEntry(expected.getKey());
                    }
                }
                assertThat(cursor.isValid()).isEqualTo(expected != null);
                if (expected != null) {
                    assertThat(cursor.key()).isEqualTo(expected.getKey());
                    assertThat(cursor.value()).isEqualTo(expected.getValue());
                }
            }
        }
    }

    private static NavigableMap<byte[], byte[]> bounded(
            NavigableMap<byte[], byte[]> map, byte @Nullable [] lower, byte @Nullable [] upper) {
        NavigableMap<byte[], byte[]> bounded = copy(map);
        bounded.keySet()
                .removeIf(key -> (lower != null && Arrays.compareUnsigned(key, lower) < 0)
                        || (upper != null && Arrays.compareUnsigned(key, upper) >= 0));
        return bounded;
    }

    private static Map<Table, NavigableMap<byte[], byte[]>> maps() {
        Map<Table, NavigableMap<byte[], byte[]>> maps = new LinkedHashMap<>();
        TABLES.forEach(table -> maps.put(table, new TreeMap<>(Arrays::compareUnsigned)));
        return maps;
    }

    private static Map<Table, NavigableMap<byte[], byte[]>> copy(Map<Table, NavigableMap<byte[], byte[]>> maps) {
        Map<Table, NavigableMap<byte[], byte[]>> copy = new LinkedHashMap<>();
        maps.forEach((table, map) -> copy.put(table, copy(map)));
        return copy;
    }

    private static NavigableMap<byte[], byte[]> copy(NavigableMap<byte[], byte[]> map) {
        return new TreeMap<>(map);
    }

    private static NavigableMap<byte[], byte[]> of(Map<Table, NavigableMap<byte[], byte[]>> maps, Table table) {
        NavigableMap<byte[], byte[]> map = maps.get(table);
        if (map == null) {
            throw new IllegalArgumentException("no table " + table.name());
        }
        return map;
    }

    private static List<String> walk(StoreView view, Table table, byte @Nullable [] lower, byte @Nullable [] upper) {
        List<String> entries = new ArrayList<>();
        try (Cursor cursor = view.cursor(table, lower, upper)) {
            for (cursor.seek(new byte[0]); cursor.isValid(); cursor.next()) {
                entries.add(hex(cursor.key()) + "=" + hex(cursor.value()));
            }
        }
        return entries;
    }

    private static String hex(byte[] bytes) {
        return java.util.HexFormat.of().formatHex(bytes);
    }

    /** What a test puts into one write. */
    protected interface Filling {
        void fill(StoreTransaction changes);
    }

    /** Writes once. */
    protected static void write(Store store, Filling filling) {
        try (StoreTransaction changes = store.begin()) {
            filling.fill(changes);
            store.write(changes);
        }
    }

    private static int number(byte @Nullable [] key) {
        return key == null ? 0 : key[0] & 0xff;
    }

    private static byte[] key(int number) {
        return new byte[] {(byte) number};
    }

    private static byte[] randomKey(Random random) {
        byte[] alphabet = {0, 1, (byte) 0x80, (byte) 0xff};
        byte[] key = new byte[1 + random.nextInt(2)];
        for (int i = 0; i < key.length; i++) {
            key[i] = alphabet[random.nextInt(4)];
        }
        return key;
    }
}
