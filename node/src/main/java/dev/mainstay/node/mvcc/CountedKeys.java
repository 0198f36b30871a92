package dev.mainstay.node.mvcc;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Invariant;
import dev.mainstay.node.common.KeyRange;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How many keys exist, block by block of neighbouring keys: makes a count cost two partial blocks instead of a walk.
 *
 * <p>Example: fences "", "g", "p" with counts 3, 2, 4 say that 3 keys are below "g" and 2 from "g" up to "p". The number of
 * keys in ["c", "z") is then: those of ["c", "g"), looked up; 2 as it stands here; those of ["p", "z"), looked up.
 *
 * <p>Takes memory per block of some {@value #FILL} keys, none per key. Not thread-safe: {@link KvStore} locks.
 */
final class CountedKeys {

    /** A block with more keys wants to be cut. */
    static final int MOST = 512;

    /** How many keys a block gets when it is cut. */
    static final int FILL = 256;

    /** Neighbours with no more keys together become one. */
    static final int MERGE = 128;

    private static final int CHUNK_BLOCKS = 128;

    private final List<Chunk> chunks = new ArrayList<>();
    private final TreeSet<Bytes> large = new TreeSet<>();

    /** A run of blocks and their sum. Never empty. */
    private static final class Chunk {
        final List<Block> blocks = new ArrayList<>();
        long sum;
    }

    /** The keys from a fence up to the next. */
    static final class Block {
        Bytes fence;
        long count;

        Block(Bytes fence, long count) {
            this.fence = fence;
            this.count = count;
        }
    }

    /** A place among the blocks. */
    private record Place(int chunk, int block) {}

    /**
     * The part of a range that whole blocks cover.
     *
     * @param from where the whole blocks start, {@code null} if there are none
     * @param to where they end, {@code null} for the end of everything
     * @param count the keys in them
     */
    record Span(@Nullable Bytes from, @Nullable Bytes to, long count) {

        static final Span NONE = new Span(null, null, 0);
    }

    CountedKeys() {
        this(List.of(new Block(Bytes.EMPTY, 0)));
    }

    /** @param blocks in order, the first with the empty fence */
    CountedKeys(List<Block> blocks) {
        Invariant.check(!blocks.isEmpty() && blocks.getFirst().fence.isEmpty(), "the first block starts at the start");
        addChunks(0, blocks);
        blocks.forEach(this::noteSize);
    }

    /** Notes that a key came (1) or went (-1). */
    void add(Bytes key, int delta) {
        Place place = find(key);
        Chunk chunk = chunks.get(place.chunk);
        Block block = chunk.blocks.get(place.block);
        block.count += delta;
        chunk.sum += delta;
        Invariant.check(block.count >= 0, "block %s counts %d keys", block.fence, block.count);
        if (delta > 0) {
            noteSize(block);
        } else {
            mergeAround(place);
        }
    }

    /** The whole blocks within a range. */
    Span span(KeyRange range) {
        Place first = find(range.from());
        if (!fence(first).equals(range.from())) {
            first = after(first);
        }
        Place end = range.to() == null ? new Place(chunks.size(), 0) : find(range.to());
        if (compare(first, end) >= 0) {
            return Span.NONE;
        }
        long count = 0;
        if (first.chunk == end.chunk) {
            count = sum(chunks.get(first.chunk), first.block, end.block);
        } else {
            Chunk head = chunks.get(first.chunk);
            count = sum(head, first.block, head.blocks.size());
            for (int i = first.chunk + 1; i < end.chunk; i++) {
                count += chunks.get(i).sum;
            }
            if (end.chunk < chunks.size()) {
                count += sum(chunks.get(end.chunk), 0, end.block);
            }
        }
        return new Span(fence(first), range.to() == null ? null : fence(end), count);
    }

    /** The range of a block with too many keys, {@code null} if there is none. */
    @Nullable
    KeyRange nextLarge() {
        while (!large.isEmpty()) {
            Bytes fence = large.first();
            Place place = find(fence);
            Block block = block(place);
            if (block.fence.equals(fence) && block.count > MOST) {
                Place next = after(place);
                return new KeyRange(fence, next.chunk == chunks.size() ? null : fence(next));
            }
            large.remove(fence);
        }
        return null;
    }

    /**
     * Cuts a block.
     *
     * @param blocks what to put in its place: the same keys, the first with its fence
     */
    void cut(List<Block> blocks) {
        Bytes fence = blocks.getFirst().fence;
        Place place = find(fence);
        Chunk chunk = chunks.get(place.chunk);
        Block old = chunk.blocks.remove(place.block);
        long total = blocks.stream().mapToLong(block -> block.count).sum();
        Invariant.check(
                old.fence.equals(fence) && old.count == total,
                "block %s counts %d keys, but %d are there",
                old.fence,
                old.count,
                total);
        large.remove(fence);
        chunk.blocks.addAll(place.block, blocks);
        if (chunk.blocks.size() > CHUNK_BLOCKS) {
            chunks.remove(place.chunk);
            addChunks(place.chunk, chunk.blocks);
        }
    }

    /** A copy of all blocks in order. */
    List<Block> blocks() {
        List<Block> copy = new ArrayList<>(blockCount());
        chunks.forEach(chunk -> chunk.blocks.forEach(block -> copy.add(new Block(block.fence, block.count))));
        return copy;
    }

    int blockCount() {
        int count = 0;
        for (Chunk chunk : chunks) {
            count += chunk.blocks.size();
        }
        return count;
    }

    private void addChunks(int at, List<Block> blocks) {
        int place = at;
        for (int i = 0; i < blocks.size(); i += CHUNK_BLOCKS / 2) {
            Chunk chunk = new Chunk();
            chunk.blocks.addAll(blocks.subList(i, Math.min(blocks.size(), i + CHUNK_BLOCKS / 2)));
            chunk.sum = sum(chunk, 0, chunk.blocks.size());
            chunks.add(place++, chunk);
        }
    }

    private void noteSize(Block block) {
        if (block.count > MOST) {
            large.add(block.fence);
        }
    }

    /** Joins a block that shrank with a neighbour in its chunk, and drops a chunk without keys. */
    private void mergeAround(Place place) {
        Chunk chunk = chunks.get(place.chunk);
        for (int i = Math.max(0, place.block - 1); i <= place.block && i + 1 < chunk.blocks.size(); i++) {
            Block left = chunk.blocks.get(i);
            Block right = chunk.blocks.get(i + 1);
            if (left.count + right.count <= MERGE) {
                left.count += right.count;
                chunk.blocks.remove(i + 1);
                return;
            }
        }
        if (chunk.sum == 0 && chunks.size() > 1) {
            chunks.remove(place.chunk);
            Block first = chunks.getFirst().blocks.getFirst();
            first.fence = Bytes.EMPTY;
            noteSize(first);
        }
    }

    private static long sum(Chunk chunk, int from, int to) {
        long sum = 0;
        for (int i = from; i < to; i++) {
            sum += chunk.blocks.get(i).count;
        }
        return sum;
    }

    private Block block(Place place) {
        return chunks.get(place.chunk).blocks.get(place.block);
    }

    private Bytes fence(Place place) {
        return place.chunk == chunks.size() ? Bytes.EMPTY : block(place).fence;
    }

    private Place after(Place place) {
        return place.block + 1 < chunks.get(place.chunk).blocks.size()
                ? new Place(place.chunk, place.block + 1)
                : new Place(place.chunk + 1, 0);
    }

    private static int compare(Place one, Place other) {
        return one.chunk != other.chunk ? Integer.compare(one.chunk, other.chunk) : one.block - other.block;
    }

    /** The block that {@code key} falls into. */
    private Place find(Bytes key) {
        int low = 0;
        for (int high = chunks.size() - 1; low < high; ) {
            int middle = (low + high + 1) >>> 1;
            if (chunks.get(middle).blocks.getFirst().fence.compareTo(key) <= 0) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        List<Block> blocks = chunks.get(low).blocks;
        int block = 0;
        for (int high = blocks.size() - 1; block < high; ) {
            int middle = (block + high + 1) >>> 1;
            if (blocks.get(middle).fence.compareTo(key) <= 0) {
                block = middle;
            } else {
                high = middle - 1;
            }
        }
        return new Place(low, block);
    }
}
