package dev.mainstay.node.bolt;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * What the first pages of a file say.
 *
 * @param root the page of the root bucket, within the file
 * @param freelist its page, within the file, or {@link BoltLayout#NO_FREELIST}
 * @param pages how many there are; the file is as long
 */
record BoltMeta(int pageBytes, long root, long freelist, int pages, long txid) {

    /** @throws BoltException if neither of the two metas is valid, or the file is shorter than the newer one says */
    static BoltMeta read(MemorySegment file) throws BoltException {
        BoltMeta first = at(file, 0);
        BoltMeta second = null;
        if (first != null) {
            second = at(file, first.pageBytes);
        } else {
            for (int size = BoltLayout.MIN_PAGE_BYTES; second == null && size <= BoltLayout.MAX_PAGE_BYTES; size *= 2) {
                second = at(file, size);
            }
        }
        BoltMeta meta = second == null || (first != null && first.txid >= second.txid) ? first : second;
        if (meta == null) {
            throw new BoltException("this is no bbolt database, or its first pages are damaged");
        }
        if (file.byteSize() / meta.pageBytes < meta.pages) {
            throw BoltException.of(
                    "the file is cut: it has %d bytes of %d", file.byteSize(), (long) meta.pages * meta.pageBytes);
        }
        return meta;
    }

    private static @Nullable BoltMeta at(MemorySegment file, long offset) {
        if (file.byteSize() < offset + BoltLayout.PAGE_HEADER + BoltLayout.META_BYTES) {
            return null;
        }
        byte[] bytes = file.asSlice(offset + BoltLayout.PAGE_HEADER, BoltLayout.META_BYTES)
                .toArray(ValueLayout.JAVA_BYTE);
        MemorySegment from = MemorySegment.ofArray(bytes);
        int pageBytes = from.get(BoltLayout.INT, 8);
        long root = from.get(BoltLayout.LONG, 16);
        long freelist = from.get(BoltLayout.LONG, 32);
        long pages = from.get(BoltLayout.LONG, 40);
        boolean valid = from.get(BoltLayout.INT, 0) == BoltLayout.MAGIC
                && from.get(BoltLayout.INT, 4) == BoltLayout.VERSION
                && from.get(BoltLayout.LONG, 56) == BoltLayout.check(bytes)
                && file.get(BoltLayout.SHORT, offset + 8) == BoltLayout.META
                && Integer.bitCount(pageBytes) == 1
                && pageBytes >= BoltLayout.MIN_PAGE_BYTES
                && pageBytes <= BoltLayout.MAX_PAGE_BYTES
                && (offset == 0 || offset == pageBytes)
                && pages > 2
                && pages < Integer.MAX_VALUE
                && root >= 2
                && root < pages
                && (freelist == BoltLayout.NO_FREELIST || (freelist >= 2 && freelist < pages));
        return valid ? new BoltMeta(pageBytes, root, freelist, (int) pages, from.get(BoltLayout.LONG, 48)) : null;
    }
}
