package dev.mainstay.node.bolt;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** Walks the buckets of a file and checks what it comes by. */
final class TreeWalk {

    /** More levels than any file has: branch pages have two children at least. */
    private static final int MAX_DEPTH = 64;

    private final MemorySegment file;
    private final BoltMeta meta;
    private final BitSet used;
    private final @Nullable BoltVisitor visitor;

    /**
     * @param used the pages that were seen; those that are seen now are added
     * @param visitor sees the entries, null if nobody cares
     */
    TreeWalk(MemorySegment file, BoltMeta meta, BitSet used, @Nullable BoltVisitor visitor) {
        this.file = file;
        this.meta = meta;
        this.used = used;
        this.visitor = visitor;
    }

    void root() throws IOException {
        tree(meta.root(), null, null, true, 0);
    }

    /**
     * @param least no key of the tree is less, null for no bound
     * @param bound all keys of the tree are less, null for no bound
     * @param names whether the entries are the buckets themselves
     */
    private void tree(long id, byte @Nullable [] least, byte @Nullable [] bound, boolean names, int depth)
            throws IOException {
        if (depth > MAX_DEPTH) {
            throw BoltException.of("page %d lies deeper than %d levels", id, MAX_DEPTH);
        }
        Page page = page(id);
        switch (page.flags) {
            case BoltLayout.LEAF -> leaf(page, least, bound, names);
            case BoltLayout.BRANCH -> branch(page, least, bound, names, depth);
            default -> throw BoltException.of("page %d is neither branch nor leaf but %x", id, page.flags);
        }
    }

    private void branch(Page page, byte @Nullable [] least, byte @Nullable [] bound, boolean names, int depth)
            throws IOException {
        if (page.count == 0) {
            throw BoltException.of("branch page %d has no children", page.id);
        }
        byte[] key = page.branchKey(0);
        page.requireBetween(key, least, bound);
        for (int i = 0; i < page.count; i++) {
            byte @Nullable [] next = i + 1 < page.count ? page.branchKey(i + 1) : null;
            if (next != null && Arrays.compareUnsigned(key, next) >= 0) {
                throw BoltException.of("the keys of branch page %d are not in order", page.id);
            }
            if (next != null) {
                page.requireBetween(next, null, bound);
            }
            tree(page.child(i), key, next == null ? bound : next, names, depth + 1);
            if (next != null) {
                key = next;
            }
        }
    }

    private void leaf(Page page, byte @Nullable [] least, byte @Nullable [] bound, boolean names) throws IOException {
        byte @Nullable [] before = null;
        for (int i = 0; i < page.count; i++) {
            byte[] key = page.leafKey(i);
            page.requireBetween(key, least, bound);
            if (before != null && Arrays.compareUnsigned(before, key) >= 0) {
                throw BoltException.of("the keys of leaf page %d are not in order", page.id);
            }
            before = key;
            MemorySegment value = page.leafValue(i);
            boolean isBucket = page.leafFlags(i) == BoltLayout.IS_BUCKET;
            if (isBucket != names || (!isBucket && page.leafFlags(i) != 0)) {
                throw BoltException.of("page %d has %s", page.id, names ? "no bucket" : "a bucket within a bucket");
            }
            if (names) {
                bucket(page, key, value);
            } else if (visitor != null) {
                visitor.entry(key, value.asByteBuffer().asReadOnlyBuffer());
            }
        }
    }

    private void bucket(Page page, byte[] name, MemorySegment value) throws IOException {
        if (value.byteSize() < BoltLayout.BUCKET) {
            throw BoltException.of("a bucket of page %d has %d bytes", page.id, value.byteSize());
        }
        if (visitor != null) {
            visitor.bucket(name);
        }
        long root = value.get(BoltLayout.LONG, 0);
        if (root != 0) {
            tree(root, null, null, false, 0);
            return;
        }
        if (value.byteSize() < BoltLayout.BUCKET + BoltLayout.PAGE_HEADER) {
            throw BoltException.of("a bucket of page %d has %d bytes", page.id, value.byteSize());
        }
        Page inline = new Page(page.id, value.asSlice(BoltLayout.BUCKET));
        if (inline.flags != BoltLayout.LEAF) {
            throw BoltException.of("a bucket of page %d is no leaf but %x", page.id, inline.flags);
        }
        leaf(inline, null, null, false);
    }

    private Page page(long id) throws BoltException {
        if (id < 2 || id >= meta.pages()) {
            throw BoltException.of("page %d is not one of the %d of the file", id, meta.pages());
        }
        long offset = id * meta.pageBytes();
        if (file.get(BoltLayout.LONG, offset) != id) {
            throw BoltException.of("page %d says that it is page %d", id, file.get(BoltLayout.LONG, offset));
        }
        long overflow = Integer.toUnsignedLong(file.get(BoltLayout.INT, offset + 12));
        if (id + overflow >= meta.pages()) {
            throw BoltException.of("page %d goes on for %d pages, past the end", id, overflow);
        }
        int first = (int) id;
        int end = (int) (id + overflow + 1);
        int taken = used.nextSetBit(first);
        if (taken >= 0 && taken < end) {
            throw BoltException.of("page %d is in two places", taken);
        }
        used.set(first, end);
        return new Page(id, file.asSlice(offset, (overflow + 1) * meta.pageBytes()));
    }

    /** A branch or leaf page; every element of it that is asked for is looked at before. */
    private static final class Page {

        private final long id;
        private final MemorySegment bytes;
        private final int flags;
        private final int count;

        Page(long id, MemorySegment bytes) throws BoltException {
            this.id = id;
            this.bytes = bytes;
            this.flags = Short.toUnsignedInt(bytes.get(BoltLayout.SHORT, 8));
            this.count = Short.toUnsignedInt(bytes.get(BoltLayout.SHORT, 10));
            if (BoltLayout.PAGE_HEADER + (long) count * BoltLayout.ELEMENT > bytes.byteSize()) {
                throw BoltException.of("page %d has no room for %d elements", id, count);
            }
        }

        byte[] branchKey(int i) throws BoltException {
            long element = element(i);
            return key(element, unsigned(element), unsigned(element + 4));
        }

        long child(int i) {
            return bytes.get(BoltLayout.LONG, element(i) + 8);
        }

        int leafFlags(int i) {
            return bytes.get(BoltLayout.INT, element(i));
        }

        byte[] leafKey(int i) throws BoltException {
            long element = element(i);
            return key(element, unsigned(element + 4), unsigned(element + 8));
        }

        MemorySegment leafValue(int i) throws BoltException {
            long element = element(i);
            long start = element + unsigned(element + 4) + unsigned(element + 8);
            return within(start, unsigned(element + 12));
        }

        private byte[] key(long element, long position, long size) throws BoltException {
            if (size == 0) {
                throw BoltException.of("page %d has an entry without a key", id);
            }
            return within(element + position, size).toArray(ValueLayout.JAVA_BYTE);
        }

        private MemorySegment within(long start, long size) throws BoltException {
            if (start < BoltLayout.PAGE_HEADER + (long) count * BoltLayout.ELEMENT
                    || start + size > bytes.byteSize()
                    || size > Integer.MAX_VALUE - 8) {
                throw BoltException.of("an entry of page %d lies outside of it", id);
            }
            return bytes.asSlice(start, size);
        }

        void requireBetween(byte[] key, byte @Nullable [] least, byte @Nullable [] bound) throws BoltException {
            if ((least != null && Arrays.compareUnsigned(key, least) < 0)
                    || (bound != null && Arrays.compareUnsigned(key, bound) >= 0)) {
                throw BoltException.of("page %d has a key that doesn't belong there", id);
            }
        }

        private long element(int i) {
            return BoltLayout.PAGE_HEADER + (long) i * BoltLayout.ELEMENT;
        }

        private long unsigned(long offset) {
            return Integer.toUnsignedLong(bytes.get(BoltLayout.INT, offset));
        }
    }
}
