package dev.mainstay.node.mvcc;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Invariant;
import dev.mainstay.node.common.Revision;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Keys of the kv table: {@code escape(key) 00 01 ~main ~sub}.
 *
 * <p>Example: version (5, 0) of key {@code 61 00} is {@code 61 00 FF 00 01 FF..FA FF FF FF FF}.
 */
final class KvKey {

    static final int REVISION_BYTES = 12;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private KvKey() {}

    /** The key of one version. */
    static byte[] of(Bytes key, Revision revision) {
        byte[] to = escaped(key, REVISION_BYTES, 1);
        putRevision(to, to.length - REVISION_BYTES, revision.main(), revision.sub());
        return to;
    }

    /** Where the newest version of {@code key} at or below {@code main} stands, or would. */
    static byte[] newestAt(Bytes key, long main) {
        byte[] to = escaped(key, REVISION_BYTES, 1);
        putRevision(to, to.length - REVISION_BYTES, main, -1);
        return to;
    }

    /** Below every version of {@code key} and above every version of the keys before it. */
    static byte[] before(Bytes key) {
        return escaped(key, 0, 1);
    }

    /** Above every version of {@code key} and below every version of the keys after it. */
    static byte[] after(Bytes key) {
        return escaped(key, 0, 2);
    }

    /** {@link #after} for the key of a version. */
    static byte[] after(byte[] version) {
        byte[] to = Arrays.copyOf(version, version.length - REVISION_BYTES);
        to[to.length - 1] = 2;
        return to;
    }

    /** {@link #newestAt} for the key of a version. */
    static byte[] newestAt(byte[] version, long main) {
        byte[] to = version.clone();
        putRevision(to, to.length - REVISION_BYTES, main, -1);
        return to;
    }

    static boolean sameKey(byte[] one, byte[] other) {
        return one.length == other.length
                && Arrays.equals(one, 0, one.length - REVISION_BYTES, other, 0, other.length - REVISION_BYTES);
    }

    static long main(byte[] version) {
        return ~(long) LONG.get(version, version.length - REVISION_BYTES);
    }

    static Revision revision(byte[] version) {
        return new Revision(main(version), ~(int) INT.get(version, version.length - 4));
    }

    static Bytes key(byte[] version) {
        int end = version.length - REVISION_BYTES - 2;
        Invariant.check(
                end >= 0 && version[end] == 0 && version[end + 1] == 1, "a kv key of %d bytes has no end mark", end);
        int zeros = 0;
        for (int i = 0; i < end; i++) {
            if (version[i] == 0) {
                zeros++;
                i++;
            }
        }
        if (zeros == 0) {
            return Bytes.wrap(Arrays.copyOf(version, end));
        }
        byte[] key = new byte[end - zeros];
        int to = 0;
        for (int i = 0; i < end; i++) {
            key[to++] = version[i];
            if (version[i] == 0) {
                i++;
            }
        }
        return Bytes.wrap(key);
    }

    private static byte[] escaped(Bytes key, int room, int mark) {
        byte[] from = key.array();
        int zeros = 0;
        for (byte b : from) {
            if (b == 0) {
                zeros++;
            }
        }
        byte[] to = new byte[from.length + zeros + 2 + room];
        int end = from.length + zeros;
        if (zeros == 0) {
            System.arraycopy(from, 0, to, 0, from.length);
        } else {
            int at = 0;
            for (byte b : from) {
                to[at++] = b;
                if (b == 0) {
                    to[at++] = (byte) 0xff;
                }
            }
        }
        to[end + 1] = (byte) mark;
        return to;
    }

    private static void putRevision(byte[] to, int at, long main, int sub) {
        LONG.set(to, at, ~main);
        INT.set(to, at + 8, ~sub);
    }
}
