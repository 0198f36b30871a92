package dev.mainstay.node.snapshot;

import dev.mainstay.node.common.Sha256;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * Tells the engine's table files apart without reading them. Such a file is written once, and ends with its properties, among them
 * who wrote it: the identity of the database, that of its life (drawn at random at each start), and the file's number, which no life
 * gives twice. So the SHA-256 of the length and the last {@value #TAIL_BYTES} bytes is of one file alone, and of every copy of it.
 */
public final class TableFingerprint {

    private static final int TAIL_BYTES = 16 << 10;
    private static final String TABLE = ".sst";

    private TableFingerprint() {}

    /** Whether a file of this name is a table. */
    public static boolean isTable(String name) {
        return name.endsWith(TABLE);
    }

    /** 64 hexadecimal digits. */
    public static String of(Path table) throws IOException {
        try (FileChannel file = FileChannel.open(table, StandardOpenOption.READ)) {
            long size = file.size();
            ByteBuffer tail = ByteBuffer.allocate((int) Math.min(size, TAIL_BYTES));
            long at = size - tail.capacity();
            while (tail.hasRemaining()) {
                int n = file.read(tail, at);
                if (n < 0) {
                    throw new EOFException(table + " is shorter than it was");
                }
                at += n;
            }
            MessageDigest digest = Sha256.start();
            digest.update(ByteBuffer.allocate(Long.BYTES).putLong(size).flip());
            digest.update(tail.flip());
            return HexFormat.of().formatHex(digest.digest());
        }
    }
}
