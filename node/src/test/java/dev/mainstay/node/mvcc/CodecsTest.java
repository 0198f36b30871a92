package dev.mainstay.node.mvcc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Revision;
import dev.mainstay.node.storage.MemoryStore;
import dev.mainstay.node.storage.StoreTransaction;
import dev.mainstay.node.testing.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The formats on disk: pinned by example, and whole for any content. */
class CodecsTest {

    @Test
    void formatsAreWhatTheyWere() {
        Bytes key = Bytes.wrap(new byte[] {0x61, 0});
        Revision at = new Revision(5, 1);

        assertThat(hex(KvKey.of(key, at))).isEqualTo("6100ff0001" + "fffffffffffffffa" + "fffffffe");
        assertThat(hex(StoredVersion.live(key, at, 3, 2, 0, Bytes.utf8("v")).encode()))
                .isEqualTo("0100" + "0000000000000003" + "0000000000000002" + "76");
        assertThat(hex(StoredVersion.live(key, at, 3, 2, 7, Bytes.EMPTY).encode()))
                .isEqualTo("0102" + "0000000000000003" + "0000000000000002" + "0000000000000007");
        assertThat(hex(StoredVersion.tombstone(key, at).encode())).isEqualTo("0101");
        Change change = new Change(at, Change.Kind.UPDATE, new Revision(4, 2), key);
        assertThat(hex(change.tableKey())).isEqualTo("0000000000000005" + "00000001");
        assertThat(hex(change.encode())).isEqualTo("0101" + "0000000000000004" + "00000002" + "6100");
        assertThat(hex(new Progress(9, new Revision(7, 3), 2).encode()))
                .isEqualTo("01" + "0000000000000009" + "0000000000000007" + "00000003" + "0000000000000002");
    }

    @Test
    void unknownFormatsAreRefused() {
        byte[] version =
                StoredVersion.tombstone(Bytes.utf8("a"), new Revision(2, 0)).encode();
        version[0] = 2;
        byte[] change = new Change(new Revision(2, 0), Change.Kind.CREATE, null, Bytes.utf8("a")).encode();
        byte[] unknownKind = change.clone();
        change[0] = 2;
        unknownKind[1] = 4;
        byte[] at = Change.tableKey(2, 0);

        assertThatThrownBy(() -> StoredVersion.isTombstone(version)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> Change.decode(at, change)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> Change.decode(at, unknownKind)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> Change.decode(at, new byte[] {1, 0})).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> KvKey.key(new byte[14])).isInstanceOf(IllegalStateException.class);
    }

    @Seeds(300)
    void versionsAndChangesComeBack(long seed) {
        Random random = new Random(seed);
        Bytes key = key(random);
        Revision at = revision(random);
        StoredVersion live = StoredVersion.live(
                key,
                at,
                random.nextLong(),
                random.nextLong(),
                random.nextBoolean() ? 0 : random.nextLong(),
                key(random));
        StoredVersion tombstone = StoredVersion.tombstone(key, at);
        Change change = new Change(
                at,
                Change.Kind.of((byte) random.nextInt(3)),
                random.nextBoolean() ? null : new Revision(1 + random.nextInt(9), random.nextInt(3)),
                key);

        byte[] tableKey = KvKey.of(key, at);
        assertThat(StoredVersion.decode(tableKey, live.encode())).isEqualTo(live);
        byte[] head = Arrays.copyOf(live.encode(), Math.min(live.encode().length, StoredVersion.HEAD_BYTES));
        assertThat(StoredVersion.decode(tableKey, head).toKeyOnly()).isEqualTo(live.toKeyOnly());
        assertThat(StoredVersion.decode(tableKey, tombstone.encode())).isEqualTo(tombstone);
        assertThat(Change.decode(change.tableKey(), change.encode())).isEqualTo(change);
        assertThat(KvKey.key(tableKey)).isEqualTo(key);
        assertThat(KvKey.revision(tableKey)).isEqualTo(at);
    }

    /** Byte order is key order, then the newest first; the marks stand where they say. */
    @Seeds(300)
    void kvKeysAreOrderedByKeyThenNewestFirst(long seed) {
        Random random = new Random(seed);
        Bytes one = key(random);
        Bytes other = random.nextInt(3) == 0 ? one : key(random);
        Revision at = revision(random);
        Revision then = revision(random);

        int expected = one.compareTo(other);
        if (expected == 0) {
            expected = Long.compare(then.main(), at.main());
        }
        if (expected == 0) {
            expected = Integer.compare(then.sub(), at.sub());
        }
        byte[] version = KvKey.of(one, at);
        assertThat(Integer.signum(Arrays.compareUnsigned(version, KvKey.of(other, then))))
                .isEqualTo(Integer.signum(expected));
        assertThat(KvKey.sameKey(version, KvKey.of(other, then))).isEqualTo(one.equals(other));
        assertThat(Bytes.wrap(version)).isGreaterThan(Bytes.wrap(KvKey.before(one)));
        assertThat(Bytes.wrap(version)).isLessThan(Bytes.wrap(KvKey.after(one)));
        assertThat(KvKey.after(version)).isEqualTo(KvKey.after(one));
        assertThat(KvKey.newestAt(version, then.main())).isEqualTo(KvKey.newestAt(one, then.main()));
        assertThat(Bytes.wrap(KvKey.newestAt(one, at.main()))).isLessThanOrEqualTo(Bytes.wrap(version));
        if (one.compareTo(other) < 0) {
            assertThat(Bytes.wrap(KvKey.after(one))).isLessThan(Bytes.wrap(KvKey.before(other)));
        }
    }

    @Seeds(20)
    void savedCountsComeBack(long seed) {
        Random random = new Random(seed);
        MemoryStore store = new MemoryStore();
        for (int blocks : new int[] {1 + random.nextInt(1_000), 1 + random.nextInt(1_000)}) {
            List<CountedKeys.Block> saved = new ArrayList<>();
            for (int i = 0; i < blocks; i++) {
                Bytes fence = i == 0 ? Bytes.EMPTY : Bytes.utf8("%06d".formatted(i));
                saved.add(new CountedKeys.Block(fence, random.nextInt(400)));
            }
            try (StoreTransaction changes = store.begin()) {
                CountsCodec.save(changes, 42, saved);
                store.write(changes);
            }

            CountsCodec.Saved loaded = CountsCodec.load(store);

            assertThat(loaded.revision()).isEqualTo(42);
            assertThat(loaded.counted().blocks()).usingRecursiveComparison().isEqualTo(saved);
        }
    }

    private static Revision revision(Random random) {
        return new Revision(
                random.nextInt(4) == 0 ? random.nextLong(Long.MAX_VALUE) : random.nextInt(4),
                random.nextInt(4) == 0 ? random.nextInt(Integer.MAX_VALUE) : random.nextInt(3));
    }

    private static Bytes key(Random random) {
        byte[] alphabet = {0, 1, 2, 'a', (byte) 0xfe, (byte) 0xff};
        byte[] key = new byte[1 + random.nextInt(4)];
        for (int i = 0; i < key.length; i++) {
            key[i] = alphabet[random.nextInt(alphabet.length)];
        }
        return Bytes.wrap(key);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
