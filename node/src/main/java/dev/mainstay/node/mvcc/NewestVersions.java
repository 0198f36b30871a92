package dev.mainstay.node.mvcc;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Revision;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The newest versions of the keys that were written last, so that a put, a comparison and a read of a key that changes often needn't
 * seek among its versions in the store. What isn't here says nothing: it may exist.
 *
 * <p>Versions lie one behind the other in chunks, of which the oldest is written over when all are full; a table of short buckets says
 * where. There are few objects however many versions there are, and none per put, so that they cost the garbage collector nothing.
 * Any thread.
 */
final class NewestVersions {

    /** A version that takes more isn't kept: it would push out hundreds of others. */
    static final int MOST_BYTES = 32 << 10;

    private static final int CHUNK_SHIFT = 20;
    private static final int CHUNK = 1 << CHUNK_SHIFT;
    private static final int BUCKET = 4;

    /** So many bytes of chunks go with a place in the table. */
    private static final int BYTES_PER_PLACE = 128;

    /** Bits of a key's hash that stand with its place, above those of the position: most others are told apart by them. */
    private static final int TAG_BITS = 12;

    private static final int POSITION_BITS = Long.SIZE - TAG_BITS;
    private static final long POSITION = -1L >>> TAG_BITS;

    /** Length of the key, length of the version, main, sub. */
    private static final int HEADER = 4 + 4 + 8 + 4;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());

    private final byte[] @Nullable [] chunks;
    private final long[] places;

    /** Positions count all bytes ever written; 0 is nowhere. */
    private long end = 1;

    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();

    /** @param bytes of memory, at least 1 MiB; it is taken as it is needed */
    NewestVersions(long bytes) {
        chunks = new byte[Math.toIntExact(Math.max(1, bytes >> CHUNK_SHIFT))][];
        int wanted = Math.max(BUCKET, chunks.length * (CHUNK / BYTES_PER_PLACE));
        places = new long[Integer.highestOneBit(wanted)];
    }

    /** The newest version of a key, if it is here. */
    synchronized @Nullable StoredVersion get(Bytes key) {
        long hash = hash(key);
        int place = find(key, hash);
        if (place < 0) {
            misses.increment();
            return null;
        }
        hits.increment();
        long position = places[place] & POSITION;
        byte[] chunk = chunk(position);
        int at = (int) (position & (CHUNK - 1));
        int keyLength = (int) INT.get(chunk, at);
        int length = (int) INT.get(chunk, at + 4);
        Revision revision = new Revision((long) LONG.get(chunk, at + 8), (int) INT.get(chunk, at + 16));
        int from = at + HEADER + keyLength;
        return StoredVersion.decode(key, revision, Arrays.copyOfRange(chunk, from, from + length));
    }

    /** Says what a key's newest version is from now on; a tombstone or a large version is only forgotten. */
    void put(StoredVersion version) {
        if (version.tombstone() || version.key().length() + version.value().length() > MOST_BYTES) {
            remove(version.key());
        } else {
            put(version.key(), version.revision(), version.encode());
        }
    }

    private synchronized void put(Bytes key, Revision revision, byte[] stored) {
        long hash = hash(key);
        int place = find(key, hash);
        if (place < 0) {
            place = free(hash);
        }
        long position = claim(HEADER + key.length() + stored.length);
        byte[] chunk = chunk(position);
        int at = (int) (position & (CHUNK - 1));
        INT.set(chunk, at, key.length());
        INT.set(chunk, at + 4, stored.length);
        LONG.set(chunk, at + 8, revision.main());
        INT.set(chunk, at + 16, revision.sub());
        System.arraycopy(key.array(), 0, chunk, at + HEADER, key.length());
        System.arraycopy(stored, 0, chunk, at + HEADER + key.length(), stored.length);
        places[place] = hash << POSITION_BITS | position;
    }

    private synchronized void remove(Bytes key) {
        int place = find(key, hash(key));
        if (place >= 0) {
            places[place] = 0;
        }
    }

    /** Bytes that are taken. */
    synchronized long bytes() {
        return Arrays.stream(chunks).filter(chunk -> chunk != null).count() * CHUNK + (long) places.length * Long.BYTES;
    }

    /** How many looks found a version. */
    long hits() {
        return hits.sum();
    }

    /** How many looks didn't. */
    long misses() {
        return misses.sum();
    }

    /** Its place; -1 if it has none. */
    private int find(Bytes key, long hash) {
        int bucket = bucket(hash);
        for (int place = bucket; place < bucket + BUCKET; place++) {
            long held = places[place];
            if (held >>> POSITION_BITS == (hash & (-1L >>> POSITION_BITS)) && isHere(held & POSITION)) {
                long position = held & POSITION;
                byte[] chunk = chunk(position);
                int from = (int) (position & (CHUNK - 1));
                int length = (int) INT.get(chunk, from);
                int at = from + HEADER;
                if (Arrays.equals(chunk, at, at + length, key.array(), 0, key.length())) {
                    return place;
                }
            }
        }
        return -1;
    }

    /** The place of its bucket that holds nothing, or what was written longest ago. */
    private int free(long hash) {
        int bucket = bucket(hash);
        int oldest = bucket;
        for (int place = bucket + 1; place < bucket + BUCKET; place++) {
            if ((places[place] & POSITION) < (places[oldest] & POSITION)) {
                oldest = place;
            }
        }
        return oldest;
    }

    private boolean isHere(long position) {
        return position != 0 && position >> CHUNK_SHIFT > (end >> CHUNK_SHIFT) - chunks.length;
    }

    /** Room within one chunk; a new chunk takes the place of the oldest. */
    private long claim(int length) {
        if ((end & (CHUNK - 1)) + length > CHUNK) {
            end = ((end >> CHUNK_SHIFT) + 1) << CHUNK_SHIFT;
        }
        long position = end;
        int slot = slot(position);
        if (chunks[slot] == null) {
            chunks[slot] = new byte[CHUNK];
        }
        end += length;
        return position;
    }

    private byte[] chunk(long position) {
        return Objects.requireNonNull(chunks[slot(position)]);
    }

    private int slot(long position) {
        return (int) ((position >> CHUNK_SHIFT) % chunks.length);
    }

    private int bucket(long hash) {
        return (int) (hash >>> (Long.SIZE - Integer.numberOfTrailingZeros(places.length))) & -BUCKET;
    }

    /** Spread over all bits, by the golden ratio (Knuth, The Art of Computer Programming, vol. 3, 6.4). */
    private static long hash(Bytes key) {
        return key.hashCode() * 0x9E3779B97F4A7C15L;
    }
}
