package dev.mainstay.node.bolt;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;

/** Gives out page ids and writes the pages. */
final class WrittenPages extends CountedPages {

    private final OutputStream out;

    WrittenPages(long first, OutputStream out) {
        super(first);
        this.out = out;
    }

    @Override
    public long put(long bytes, Image image) throws IOException {
        long id = super.put(bytes, image);
        long pages = pages(bytes);
        byte[] page = new byte[Math.toIntExact(pages * PAGE_BYTES)];
        MemorySegment to = MemorySegment.ofArray(page);
        to.set(BoltLayout.LONG, 0, id);
        to.set(BoltLayout.SHORT, 8, (short) image.flags());
        to.set(BoltLayout.SHORT, 10, (short) image.count());
        to.set(BoltLayout.INT, 12, (int) (pages - 1));
        image.draw(page);
        out.write(page);
        return id;
    }
}
