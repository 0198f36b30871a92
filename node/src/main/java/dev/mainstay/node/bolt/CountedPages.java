package dev.mainstay.node.bolt;

import java.io.IOException;

/** Gives out page ids and makes no pages. */
class CountedPages implements PageSink {

    static final int PAGE_BYTES = 4096;

    private long next;

    /** @param first the first id to give out */
    CountedPages(long first) {
        this.next = first;
    }

    /** The id that comes next. */
    final long next() {
        return next;
    }

    @Override
    public long put(long bytes, Image image) throws IOException {
        long id = next;
        next += pages(bytes);
        return id;
    }

    static long pages(long bytes) {
        return Math.max(1, (bytes + PAGE_BYTES - 1) / PAGE_BYTES);
    }
}
