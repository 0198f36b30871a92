package dev.mainstay.node.etcdformat;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.mainstay.node.common.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Entries of the bucket {@code lease}: {@code id (8) → Lease}.
 *
 * @param remainingSeconds what is left of it, 0 for all of the TTL
 */
public record EtcdLease(long id, long ttlSeconds, long remainingSeconds) {

    private static final int ID = 1;
    private static final int TTL = 2;
    private static final int REMAINING = 3;
    private static final int MAX_BYTES = 33;

    /** The key of the entry. */
    public Bytes key() {
        return Bytes.wrap(ByteBuffer.allocate(Long.BYTES).putLong(id).array());
    }

    /** The value of the entry. */
    public byte[] value() throws IOException {
        byte[] value = new byte[MAX_BYTES];
        CodedOutputStream out = CodedOutputStream.newInstance(value);
        out.writeInt64(ID, id);
        out.writeInt64(TTL, ttlSeconds);
        if (remainingSeconds != 0) {
            out.writeInt64(REMAINING, remainingSeconds);
        }
        out.flush();
        return java.util.Arrays.copyOf(value, out.getTotalBytesWritten());
    }

    /** Reads an entry. */
    public static EtcdLease of(byte[] key, ByteBuffer value) throws EtcdRecordException {
        long id = 0;
        long ttl = 0;
        long remaining = 0;
        try {
            CodedInputStream in = CodedInputStream.newInstance(value);
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                switch (WireFormat.getTagFieldNumber(tag)) {
                    case ID -> id = in.readInt64();
                    case TTL -> ttl = in.readInt64();
                    case REMAINING -> remaining = in.readInt64();
                    default -> in.skipField(tag);
                }
            }
        } catch (IOException e) {
            throw new EtcdRecordException("a lease can't be read", e);
        }
        if (id == 0 || key.length != Long.BYTES || ByteBuffer.wrap(key).getLong() != id || ttl < 0 || remaining < 0) {
            throw new EtcdRecordException("lease " + Long.toHexString(id) + " contradicts itself");
        }
        return new EtcdLease(id, ttl, remaining);
    }
}
