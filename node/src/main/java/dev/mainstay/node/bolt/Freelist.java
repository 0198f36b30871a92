package dev.mainstay.node.bolt;

import java.lang.foreign.MemorySegment;
import java.util.BitSet;

/** The list of free pages, if a file keeps one. */
final class Freelist {

    private final MemorySegment file;
    private final BoltMeta meta;

    Freelist(MemorySegment file, BoltMeta meta) {
        this.file = file;
        this.meta = meta;
    }

    /**
     * Sees that every page is in use or free.
     *
     * @param used pages that were found; all that this comes by are added
     * @throws BoltException if a page is both or neither
     */
    void check(BitSet used) throws BoltException {
        if (meta.freelist() == BoltLayout.NO_FREELIST) {
            return;
        }
        long id = meta.freelist();
        long offset = id * meta.pageBytes();
        long overflow = Integer.toUnsignedLong(file.get(BoltLayout.INT, offset + 12));
        if (file.get(BoltLayout.LONG, offset) != id
                || Short.toUnsignedInt(file.get(BoltLayout.SHORT, offset + 8)) != BoltLayout.FREELIST
                || id + overflow >= meta.pages()) {
            throw BoltException.of("page %d is no freelist", id);
        }
        for (long page = id; page <= id + overflow; page++) {
            take(page, used);
        }
        long count = Short.toUnsignedInt(file.get(BoltLayout.SHORT, offset + 10));
        long first = offset + BoltLayout.PAGE_HEADER;
        if (count == BoltLayout.LONG_LIST) {
            count = file.get(BoltLayout.LONG, first);
            first += Long.BYTES;
        }
        long room = (offset + (overflow + 1) * meta.pageBytes() - first) / Long.BYTES;
        if (count < 0 || count > room) {
            throw BoltException.of("the freelist has no room for %d pages", count);
        }
        for (long i = 0; i < count; i++) {
            take(file.get(BoltLayout.LONG, first + i * Long.BYTES), used);
        }
        int lost = used.nextClearBit(0);
        if (lost < meta.pages()) {
            throw BoltException.of("page %d is neither in use nor free", lost);
        }
    }

    private void take(long page, BitSet used) throws BoltException {
        if (page < 2 || page >= meta.pages() || used.get((int) page)) {
            throw BoltException.of("page %d is in two places", page);
        }
        used.set((int) page);
    }
}
