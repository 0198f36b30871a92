package dev.mainstay.node.consensus;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;

/**
 * The last log index whose effects a client may have been told of, in a memory-mapped file: a store of eight bytes per
 * batch, no system call. It outlives the process, not always the machine, so it is a lower bound: what it says was
 * acknowledged was; a little more may have been before a power cut.
 *
 * <pre>
 * 0  "MSTNACK1"
 * 8  index (48 bits), check (16 bits); 0 for none
 * </pre>
 *
 * <p>Written by the apply thread only.
 */
final class AcknowledgedIndex implements AutoCloseable {

    private static final long MAGIC = 0x4d53_544e_4143_4b31L;
    private static final int FILE_BYTES = 16;
    private static final long MAX_INDEX = (1L << 48) - 1;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG.withOrder(ByteOrder.BIG_ENDIAN);
    private static final VarHandle VALUE = LONG.varHandle();

    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory;
    private long highest;

    /** Maps the file and makes it anew if it is missing or unreadable, saying at least {@code index}. */
    AcknowledgedIndex(Path file, long index) throws IOException {
        try (var channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            if (channel.size() != FILE_BYTES) {
                channel.truncate(0);
                channel.write(ByteBuffer.allocate(FILE_BYTES));
            }
            memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, FILE_BYTES, arena);
            memory.set(LONG, 0, MAGIC);
            highest = index;
            VALUE.setRelease(memory, 8L, encode(index));
            memory.force();
        } catch (IOException | RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /** What a file says: empty if it is missing or can't be trusted. */
    static OptionalLong read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return OptionalLong.empty();
        }
        byte[] bytes = Files.readAllBytes(file);
        if (bytes.length != FILE_BYTES) {
            return OptionalLong.empty();
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        if (buffer.getLong() != MAGIC) {
            return OptionalLong.empty();
        }
        long value = buffer.getLong();
        long index = value >>> 16;
        return value == encode(index) ? OptionalLong.of(index) : OptionalLong.empty();
    }

    /** Everything up to this index may be told to clients from now on. Never moves back, such as during replay. */
    void set(long index) {
        if (index > highest) {
            highest = index;
            VALUE.setRelease(memory, 8L, encode(index));
        }
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            memory.force();
            arena.close();
        }
    }

    private static long encode(long index) {
        if (index < 0 || index > MAX_INDEX) {
            throw new IllegalArgumentException("index out of range: " + index);
        }
        long mixed = index * 0x9e37_79b9_7f4a_7c15L;
        return index == 0 ? 0 : (index << 16) | (mixed >>> 48);
    }
}
