package dev.mainstay.node.bolt;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * A bbolt database that is read and not trusted. Whatever its bytes are, reading ends, with what the file holds or with a
 * {@link BoltException}: every page is looked at once, lies within the file, and has its keys in order and between those that
 * its parent names. The file is mapped, so the heap holds one entry and a bit per page. Owned by one thread; close it.
 *
 * <p>What bbolt doesn't check can't be checked here: a wrong bit within a value goes unnoticed.
 */
public final class BoltFile implements AutoCloseable {

    private final Arena arena;
    private final MemorySegment file;
    private final BoltMeta meta;

    private BoltFile(Arena arena, MemorySegment file, BoltMeta meta) {
        this.arena = arena;
        this.file = file;
        this.meta = meta;
    }

    /**
     * Opens a file and looks at its first two pages.
     *
     * @param bytes how many bytes from its start are the database; what follows is something else
     * @throws BoltException if it isn't one, or shorter than it says
     */
    public static BoltFile open(Path path, long bytes) throws IOException {
        Arena arena = Arena.ofConfined();
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            if (channel.size() < bytes) {
                throw BoltException.of("the file has %d bytes instead of %d", channel.size(), bytes);
            }
            MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, bytes, arena);
            return new BoltFile(arena, file, BoltMeta.read(file));
        } catch (IOException | RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /** The size of the database, by its own account: all pages. */
    public long bytes() {
        return (long) meta.pages() * meta.pageBytes();
    }

    /** Shows every entry to a visitor. What was shown before an exception is not to be relied on. */
    public void visit(BoltVisitor visitor) throws IOException {
        walk(visitor);
    }

    /**
     * Looks at all pages without showing anything: also at those that no entry is in, each of which must be free.
     *
     * @throws BoltException at the first that is wrong
     */
    public void check() throws IOException {
        BitSet used = walk(null);
        new Freelist(file, meta).check(used);
    }

    private BitSet walk(@Nullable BoltVisitor visitor) throws IOException {
        BitSet used = new BitSet();
        used.set(0, 2);
        new TreeWalk(file, meta, used, visitor).root();
        return used;
    }

    @Override
    public void close() {
        arena.close();
    }
}
