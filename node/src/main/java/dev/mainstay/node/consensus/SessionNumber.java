package dev.mainstay.node.consensus;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Numbers the lives of a member: each start gets a greater number than all before, whatever the wall clock says. Kept in a
 * file of eight bytes, big-endian, fsynced before the number is used.
 */
final class SessionNumber {

    private SessionNumber() {}

    /**
     * The number of a life that begins now.
     *
     * @param nowMillis the wall clock, used where the file is missing: a lost file must not lead back to old numbers
     */
    static long next(Path file, long nowMillis) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.allocate(Long.BYTES);
            long last = channel.read(buffer, 0) == Long.BYTES ? buffer.getLong(0) : 0;
            long next = Math.max(last + 1, nowMillis);
            channel.write(ByteBuffer.allocate(Long.BYTES).putLong(0, next), 0);
            channel.force(true);
            return next;
        }
    }
}
