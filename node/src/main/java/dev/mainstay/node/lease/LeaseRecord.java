package dev.mainstay.node.lease;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Invariant;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** How leases and their attachments are written in the store. */
final class LeaseRecord {

    private static final byte FORMAT = 1;
    private static final int VALUE_BYTES = 1 + 2 * Long.BYTES;

    private LeaseRecord() {}

    static byte[] key(long id) {
        return ByteBuffer.allocate(Long.BYTES).putLong(id).array();
    }

    static byte[] value(Lease lease) {
        return ByteBuffer.allocate(VALUE_BYTES)
                .put(FORMAT)
                .putLong(lease.ttlSeconds())
                .putLong(lease.deadlineMillis())
                .array();
    }

    static Lease decode(byte[] key, byte[] value) {
        Invariant.check(key.length == Long.BYTES, "lease key of %d bytes", key.length);
        Invariant.check(value.length == VALUE_BYTES && value[0] == FORMAT, "unknown lease record");
        ByteBuffer fields = ByteBuffer.wrap(value, 1, VALUE_BYTES - 1);
        return new Lease(ByteBuffer.wrap(key).getLong(), fields.getLong(), fields.getLong());
    }

    static byte[] link(long id, Bytes key) {
        return ByteBuffer.allocate(Long.BYTES + key.length())
                .putLong(id)
                .put(key.array())
                .array();
    }

    /** The bound above every link of a lease: the next id in unsigned order, {@code null} after the last. */
    static byte @Nullable [] afterLinks(long id) {
        return id == -1 ? null : key(id + 1);
    }

    static Bytes linkedKey(byte[] link) {
        return Bytes.wrap(Arrays.copyOfRange(link, Long.BYTES, link.length));
    }
}
