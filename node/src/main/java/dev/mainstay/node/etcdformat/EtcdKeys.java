package dev.mainstay.node.etcdformat;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Revision;
import dev.mainstay.node.mvcc.KeyVersion;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Entries of the bucket {@code key}: every version of every key, by revision.
 *
 * <pre>
 * main (8) '_' sub (8)       → KeyValue
 * main (8) '_' sub (8) 't'   → KeyValue with nothing but the key, which was deleted
 * </pre>
 */
public final class EtcdKeys {

    /** How long a revision is; a tombstone's is one byte longer. */
    public static final int REVISION_BYTES = 17;

    private static final int TOMBSTONE_BYTES = REVISION_BYTES + 1;
    private static final int KEY = 1;
    private static final int CREATE_REVISION = 2;
    private static final int MOD_REVISION = 3;
    private static final int VERSION = 4;
    private static final int VALUE = 5;
    private static final int LEASE = 6;

    private EtcdKeys() {}

    /** The key of an entry. */
    public static Bytes key(Revision revision, boolean tombstone) {
        ByteBuffer key = ByteBuffer.allocate(tombstone ? TOMBSTONE_BYTES : REVISION_BYTES)
                .putLong(revision.main())
                .put((byte) '_')
                .putLong(revision.sub());
        if (tombstone) {
            key.put((byte) 't');
        }
        return Bytes.wrap(key.array());
    }

    /** A revision as the bucket {@code meta} has them. */
    public static byte[] revision(long main) {
        return key(new Revision(main, 0), false).array();
    }

    /** The main revision of what {@link #revision} made. */
    public static long main(byte[] revision) throws EtcdRecordException {
        return revisionOf(revision).main();
    }

    /** How long the value of a version's entry is. */
    public static int size(KeyVersion version) {
        var kv = version.kv();
        int size = size(KEY, kv.key());
        if (!version.tombstone()) {
            size += size(CREATE_REVISION, kv.createRevision());
            size += size(MOD_REVISION, kv.modRevision());
            size += size(VERSION, kv.version());
            size += size(VALUE, kv.value());
            size += size(LEASE, kv.lease());
        }
        return size;
    }

    /** The value of a version's entry. */
    public static byte[] value(KeyVersion version) throws IOException {
        byte[] value = new byte[size(version)];
        CodedOutputStream out = CodedOutputStream.newInstance(value);
        var kv = version.kv();
        write(out, KEY, kv.key());
        if (!version.tombstone()) {
            write(out, CREATE_REVISION, kv.createRevision());
            write(out, MOD_REVISION, kv.modRevision());
            write(out, VERSION, kv.version());
            write(out, VALUE, kv.value());
            write(out, LEASE, kv.lease());
        }
        out.flush();
        return value;
    }

    /** The revision of an entry, and whether it is a tombstone. */
    public static Revision revisionOf(byte[] key) throws EtcdRecordException {
        boolean whole = key.length == REVISION_BYTES || (key.length == TOMBSTONE_BYTES && key[REVISION_BYTES] == 't');
        if (!whole || key[Long.BYTES] != '_') {
            throw new EtcdRecordException("a key of " + key.length + " bytes in bucket key is no revision");
        }
        ByteBuffer from = ByteBuffer.wrap(key);
        long main = from.getLong();
        long sub = from.getLong(Long.BYTES + 1);
        if (main < 0 || sub < 0 || sub > Integer.MAX_VALUE) {
            throw new EtcdRecordException("revision " + main + "_" + sub + " is out of range");
        }
        return new Revision(main, (int) sub);
    }

    /**
     * The version of an entry.
     *
     * @return null for an entry without any key, such as {@code --bump-revision} makes
     */
    public static @Nullable KeyVersion version(byte[] key, ByteBuffer value) throws EtcdRecordException {
        Revision revision = revisionOf(key);
        boolean tombstone = key.length == TOMBSTONE_BYTES;
        dev.mainstay.etcd.proto.KeyValue kv = parsed(revision, value);
        if (kv.getKey().isEmpty()) {
            if (tombstone || kv.getModRevision() == 0) {
                return null;
            }
            throw new EtcdRecordException("revision " + revision.main() + " has no key");
        }
        boolean sound = tombstone
                || (kv.getModRevision() == revision.main()
                        && kv.getCreateRevision() > 0
                        && kv.getCreateRevision() <= kv.getModRevision()
                        && kv.getVersion() > 0);
        if (!sound) {
            throw new EtcdRecordException("the version at revision " + revision.main() + " contradicts itself");
        }
        return new KeyVersion(
                revision,
                tombstone,
                tombstone
                        ? new dev.mainstay.node.common.KeyValue(
                                bytes(kv.getKey()), 0, revision.main(), 0, Bytes.EMPTY, 0)
                        : new dev.mainstay.node.common.KeyValue(
                                bytes(kv.getKey()),
                                kv.getCreateRevision(),
                                kv.getModRevision(),
                                kv.getVersion(),
                                bytes(kv.getValue()),
                                kv.getLease()));
    }

    private static dev.mainstay.etcd.proto.KeyValue parsed(Revision revision, ByteBuffer value)
            throws EtcdRecordException {
        try {
            return dev.mainstay.etcd.proto.KeyValue.parseFrom(value);
        } catch (InvalidProtocolBufferException e) {
            throw new EtcdRecordException("the version at revision " + revision.main() + " can't be read", e);
        }
    }

    private static Bytes bytes(ByteString from) {
        return Bytes.wrap(from.toByteArray());
    }

    private static int size(int field, Bytes bytes) {
        return bytes.isEmpty() ? 0 : CodedOutputStream.computeByteArraySize(field, bytes.array());
    }

    private static int size(int field, long number) {
        return number == 0 ? 0 : CodedOutputStream.computeInt64Size(field, number);
    }

    private static void write(CodedOutputStream out, int field, Bytes bytes) throws IOException {
        if (!bytes.isEmpty()) {
            out.writeByteArray(field, bytes.array());
        }
    }

    private static void write(CodedOutputStream out, int field, long number) throws IOException {
        if (number != 0) {
            out.writeInt64(field, number);
        }
    }
}
