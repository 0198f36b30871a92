package dev.mainstay.node.mvcc;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Invariant;
import dev.mainstay.node.storage.StoreView;
import dev.mainstay.node.storage.WriteSet;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The saved form of {@link CountedKeys}: parts of {@value #PART_BLOCKS} blocks.
 *
 * <p>A part: format (1 byte, now 1), then for each block its count (8), length of its fence (4), fence.
 */
final class CountsCodec {

    private static final byte FORMAT = 1;
    private static final int PART_BLOCKS = 256;
    private static final byte[] HEAD_KEY = "counts".getBytes(StandardCharsets.UTF_8);
    private static final byte[] PART_KEY = "counts/".getBytes(StandardCharsets.UTF_8);

    private CountsCodec() {}

    /**
     * Counts as they were saved.
     *
     * @param revision what they count; the history after it tells the rest
     */
    record Saved(long revision, CountedKeys counted) {}

    static void save(WriteSet target, long revision, List<CountedKeys.Block> blocks) {
        target.deleteRange(Schema.MVCC, partKey(0), partKey(-1));
        int parts = 0;
        for (int i = 0; i < blocks.size(); i += PART_BLOCKS) {
            List<CountedKeys.Block> part = blocks.subList(i, Math.min(blocks.size(), i + PART_BLOCKS));
            target.put(Schema.MVCC, partKey(parts++), encode(part));
        }
        byte[] head = ByteBuffer.allocate(12).putLong(revision).putInt(parts).array();
        target.put(Schema.MVCC, HEAD_KEY, head);
    }

    /** What was saved last; an empty store's counts if nothing was. */
    static Saved load(StoreView store) {
        byte[] head = store.get(Schema.MVCC, HEAD_KEY);
        if (head == null) {
            return new Saved(1, new CountedKeys());
        }
        ByteBuffer from = ByteBuffer.wrap(head);
        long revision = from.getLong();
        int parts = from.getInt();
        List<CountedKeys.Block> blocks = new ArrayList<>();
        for (int i = 0; i < parts; i++) {
            decode(store.get(Schema.MVCC, partKey(i)), blocks);
        }
        return new Saved(revision, new CountedKeys(blocks));
    }

    private static byte[] partKey(int part) {
        return ByteBuffer.allocate(PART_KEY.length + 4)
                .put(PART_KEY)
                .putInt(part)
                .array();
    }

    private static byte[] encode(List<CountedKeys.Block> blocks) {
        int size = 1;
        for (CountedKeys.Block block : blocks) {
            size += 12 + block.fence.length();
        }
        ByteBuffer to = ByteBuffer.allocate(size).put(FORMAT);
        for (CountedKeys.Block block : blocks) {
            to.putLong(block.count).putInt(block.fence.length()).put(block.fence.array());
        }
        return to.array();
    }

    private static void decode(byte @Nullable [] part, List<CountedKeys.Block> blocks) {
        if (part == null) {
            throw new IllegalStateException("invariant broken: a part of the saved counts is missing");
        }
        ByteBuffer from = ByteBuffer.wrap(part);
        Invariant.check(from.get() == FORMAT, "saved counts have an unknown format");
        while (from.hasRemaining()) {
            long count = from.getLong();
            byte[] fence = new byte[from.getInt()];
            from.get(fence);
            blocks.add(new CountedKeys.Block(Bytes.wrap(fence), count));
        }
    }
}
