package dev.mainstay.node.bolt;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Where what stands in a bbolt file; numbers are little-endian. After bbolt's own {@code internal/common}.
 *
 * <pre>
 * page     id (8) flags (2) count (2) overflow (4)      overflow: how many more pages it goes on for
 * branch   page, count × (pos (4) ksize (4) child (8)), keys         pos: from the start of the element to its key
 * leaf     page, count × (flags (4) pos (4) ksize (4) vsize (4)), key and value of each
 * freelist page, ids (8 each); a count of 65535 says that the first of them is the count
 * meta     page, magic (4) version (4) page size (4) flags (4) root bucket (16) freelist (8) high water (8) txid (8) check (8)
 * bucket   root page (8) sequence (8): the value of its name; with root 0 a leaf page without padding follows
 * </pre>
 *
 * Pages 0 and 1 are metas; the valid one with the higher txid counts. The high water is the number of pages.
 */
final class BoltLayout {

    static final int PAGE_HEADER = 16;
    static final int ELEMENT = 16;
    static final int BUCKET = 16;
    static final int META_BYTES = 64;

    static final int BRANCH = 0x01;
    static final int LEAF = 0x02;
    static final int META = 0x04;
    static final int FREELIST = 0x10;

    /** The flag of a leaf element that is a bucket. */
    static final int IS_BUCKET = 0x01;

    static final int MAGIC = 0xED0CDAED;
    static final int VERSION = 2;

    /** In place of the freelist's page: it isn't kept, so every page that can't be reached is free. */
    static final long NO_FREELIST = -1;

    /** A count that says that the true one comes first in the list. */
    static final int LONG_LIST = 0xFFFF;

    static final int MIN_PAGE_BYTES = 512;
    static final int MAX_PAGE_BYTES = 1 << 16;

    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private BoltLayout() {}

    /** The check of a meta: FNV-1a with 64 bits over what stands before it. */
    static long check(byte[] meta) {
        long hash = FNV_OFFSET;
        for (int i = 0; i < META_BYTES - Long.BYTES; i++) {
            hash = (hash ^ (meta[i] & 0xff)) * FNV_PRIME;
        }
        return hash;
    }
}
