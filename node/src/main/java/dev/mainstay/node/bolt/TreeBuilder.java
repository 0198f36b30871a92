package dev.mainstay.node.bolt;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Invariant;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes one tree of sorted entries: leaves as they fill, and a branch page as soon as its children fill it, so that a page of
 * each level is all there is in memory. Owned by one thread.
 */
final class TreeBuilder {

    /** A branch page with less than two children wouldn't make the levels above any smaller. */
    private static final int MIN_CHILDREN = 2;

    private final PageSink sink;
    private final List<Level> levels = new ArrayList<>();
    private @Nullable Bytes last;

    TreeBuilder(PageSink sink) {
        this.sink = sink;
        levels.add(new Level(0));
    }

    /** What stands in a page: an entry of the tree, or in a branch the first key of a child. */
    private record Item(Bytes key, int flags, @Nullable BoltValue value, long child) {

        long bytes() {
            return BoltLayout.ELEMENT + (long) key.length() + (value == null ? 0 : value.size());
        }
    }

    /** Adds an entry above all before. */
    void add(Bytes key, BoltValue value, int flags) throws IOException {
        Invariant.check(!key.isEmpty(), "an entry without a key");
        Invariant.check(last == null || last.compareTo(key) < 0, "entry %s after %s", key, String.valueOf(last));
        last = key;
        levels.getFirst().add(new Item(key, flags, value, 0));
    }

    /** Ends the tree; the id of its root page. */
    long finish() throws IOException {
        for (int i = 0; i < levels.size(); i++) {
            Level level = levels.get(i);
            boolean top = i == levels.size() - 1;
            if (top && i > 0 && level.items.size() == 1) {
                return level.items.getFirst().child();
            }
            if (top) {
                return level.cut();
            }
            if (!level.items.isEmpty()) {
                level.hand();
            }
        }
        throw new IllegalStateException("a tree without levels");
    }

    /** The page of a level that is being filled. Level 0 are the leaves. */
    private final class Level implements PageSink.Image {

        private final int height;
        private final List<Item> items = new ArrayList<>();
        private long bytes = BoltLayout.PAGE_HEADER;

        Level(int height) {
            this.height = height;
        }

        void add(Item item) throws IOException {
            int least = height == 0 ? 1 : MIN_CHILDREN;
            if (items.size() >= least && bytes + item.bytes() > CountedPages.PAGE_BYTES) {
                hand();
            }
            items.add(item);
            bytes += item.bytes();
        }

        /** Ends the page and tells the level above of it. */
        void hand() throws IOException {
            Bytes first = items.getFirst().key();
            long id = cut();
            if (levels.size() == height + 1) {
                levels.add(new Level(height + 1));
            }
            levels.get(height + 1).add(new Item(first, 0, null, id));
        }

        long cut() throws IOException {
            long id = sink.put(bytes, this);
            items.clear();
            bytes = BoltLayout.PAGE_HEADER;
            return id;
        }

        @Override
        public int flags() {
            return height == 0 ? BoltLayout.LEAF : BoltLayout.BRANCH;
        }

        @Override
        public int count() {
            return items.size();
        }

        @Override
        public void draw(byte[] page) throws IOException {
            MemorySegment to = MemorySegment.ofArray(page);
            int element = BoltLayout.PAGE_HEADER;
            int data = element + items.size() * BoltLayout.ELEMENT;
            for (Item item : items) {
                byte[] key = item.key().array();
                BoltValue value = item.value();
                if (value == null) {
                    to.set(BoltLayout.INT, element, data - element);
                    to.set(BoltLayout.INT, element + 4, key.length);
                    to.set(BoltLayout.LONG, element + 8, item.child());
                } else {
                    to.set(BoltLayout.INT, element, item.flags());
                    to.set(BoltLayout.INT, element + 4, data - element);
                    to.set(BoltLayout.INT, element + 8, key.length);
                    to.set(BoltLayout.INT, element + 12, value.size());
                }
                System.arraycopy(key, 0, page, data, key.length);
                data += key.length;
                if (value != null) {
                    byte[] content = value.bytes();
                    Invariant.check(
                            content.length == value.size(),
                            "a value of %d bytes instead of %d",
                            content.length,
                            value.size());
                    System.arraycopy(content, 0, page, data, content.length);
                    data += content.length;
                }
                element += BoltLayout.ELEMENT;
            }
        }
    }
}
