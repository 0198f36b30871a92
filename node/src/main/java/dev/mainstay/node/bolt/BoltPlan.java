package dev.mainstay.node.bolt;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Invariant;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A file before it is written. Its first pages say where the root is and how many pages there are, which is known at the end: so
 * the content is told twice, first for its sizes alone, then for good. What is in memory meanwhile is a page of each level of a
 * tree.
 *
 * <p>Pages are filled to the brim and have 4096 bytes; page 2 is a freelist of nothing.
 *
 * @param root the page of the root bucket
 * @param pages how many there are
 */
public record BoltPlan(long root, long pages) {

    private static final long FREELIST_PAGE = 2;
    private static final long FIRST_PAGE = 3;
    private static final long TXID = 2;

    /** Works out the places of all pages; no value's bytes are asked for. */
    public static BoltPlan of(BoltContent content) throws IOException {
        return build(content, new CountedPages(FIRST_PAGE));
    }

    /** The size of the file. */
    public long bytes() {
        return pages * CountedPages.PAGE_BYTES;
    }

    /** Writes the file. The content must be what the plan was made of. */
    public void write(BoltContent content, OutputStream out) throws IOException {
        out.write(meta(0, TXID));
        out.write(meta(1, TXID - 1));
        out.write(freelist());
        BoltPlan written = build(content, new WrittenPages(FIRST_PAGE, out));
        Invariant.check(written.equals(this), "%s was written as %s", this, written);
    }

    private static BoltPlan build(BoltContent content, CountedPages sink) throws IOException {
        Buckets buckets = new Buckets(sink);
        content.tell(buckets);
        long root = buckets.finish();
        return new BoltPlan(root, sink.next());
    }

    private byte[] meta(long page, long txid) {
        byte[] bytes = new byte[CountedPages.PAGE_BYTES];
        byte[] meta = new byte[BoltLayout.META_BYTES];
        MemorySegment to = MemorySegment.ofArray(meta);
        to.set(BoltLayout.INT, 0, BoltLayout.MAGIC);
        to.set(BoltLayout.INT, 4, BoltLayout.VERSION);
        to.set(BoltLayout.INT, 8, CountedPages.PAGE_BYTES);
        to.set(BoltLayout.LONG, 16, root);
        to.set(BoltLayout.LONG, 32, FREELIST_PAGE);
        to.set(BoltLayout.LONG, 40, pages);
        to.set(BoltLayout.LONG, 48, txid);
        to.set(BoltLayout.LONG, 56, BoltLayout.check(meta));
        header(bytes, page, BoltLayout.META);
        System.arraycopy(meta, 0, bytes, BoltLayout.PAGE_HEADER, meta.length);
        return bytes;
    }

    private static byte[] freelist() {
        byte[] bytes = new byte[CountedPages.PAGE_BYTES];
        header(bytes, FREELIST_PAGE, BoltLayout.FREELIST);
        return bytes;
    }

    private static void header(byte[] page, long id, int flags) {
        MemorySegment to = MemorySegment.ofArray(page);
        to.set(BoltLayout.LONG, 0, id);
        to.set(BoltLayout.SHORT, 8, (short) flags);
    }

    /** Makes a tree of each bucket, and one of their names. */
    private static final class Buckets implements BoltContent.Listener {

        private final PageSink sink;
        private final TreeBuilder root;
        private @Nullable Bytes name;
        private TreeBuilder tree;

        Buckets(PageSink sink) {
            this.sink = sink;
            this.root = new TreeBuilder(sink);
            this.tree = new TreeBuilder(sink);
        }

        @Override
        public void bucket(Bytes next) throws IOException {
            endBucket();
            name = next;
            tree = new TreeBuilder(sink);
        }

        @Override
        public void entry(Bytes key, BoltValue value) throws IOException {
            Invariant.check(name != null, "an entry outside of a bucket");
            tree.add(key, value, 0);
        }

        long finish() throws IOException {
            endBucket();
            return root.finish();
        }

        private void endBucket() throws IOException {
            if (name != null) {
                byte[] bucket = new byte[BoltLayout.BUCKET];
                MemorySegment.ofArray(bucket).set(BoltLayout.LONG, 0, tree.finish());
                root.add(name, BoltValue.of(bucket), BoltLayout.IS_BUCKET);
            }
        }
    }
}
