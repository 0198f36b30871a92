package dev.mainstay.node.etcdsnapshot;

import dev.mainstay.node.bolt.BoltVisitor;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.etcdformat.EtcdBuckets;
import dev.mainstay.node.etcdformat.EtcdKeys;
import dev.mainstay.node.etcdformat.EtcdRecordException;
import dev.mainstay.node.mvcc.KeyVersion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * The hash that etcd gives of the keys in a database, which is that of {@code etcdctl endpoint hashkv} where the snapshot was taken,
 * and where it is restored. After {@code server/storage/mvcc/hash.go}: the CRC-32C of the bucket's name and of every entry up to a
 * revision; of those that are compacted only the ones that are still the newest of their key count, unless no key exists at all.
 *
 * <p>After a compaction it takes memory for each key, some 100 bytes; etcd's own index takes more.
 */
public final class EtcdKvHash {

    private final SnapshotFile file;
    private final long compacted;

    /**
     * A hash.
     *
     * @param compactRevision -1 if nothing was ever compacted
     */
    public record Hashed(long hash, long hashRevision, long compactRevision) {}

    private EtcdKvHash(SnapshotFile file, long compacted) {
        this.file = file;
        this.compacted = compacted;
    }

    /**
     * Hashes the keys of a file.
     *
     * @param revision 0 for the newest
     * @throws SnapshotException if the file is damaged, or doesn't have the revision
     */
    public static Hashed of(SnapshotFile file, long revision) throws IOException {
        Bounds bounds = new Bounds();
        file.visit(bounds);
        long newest = Math.max(Math.max(1, bounds.newest), bounds.compacted);
        if (revision > newest) {
            throw new SnapshotException("required revision " + revision + " is a future one: the newest is " + newest);
        }
        if (revision > 0 && revision < bounds.compacted) {
            throw new SnapshotException(
                    "required revision " + revision + " has been compacted: the oldest is " + bounds.compacted);
        }
        return new EtcdKvHash(file, bounds.compacted).hashed(revision == 0 ? newest : revision);
    }

    private Hashed hashed(long revision) throws IOException {
        Kept kept = new Kept(revision);
        if (compacted >= 0) {
            file.visit(kept);
        }
        Sum sum = new Sum(revision, kept);
        sum.hash.update(EtcdBuckets.KEY.array());
        file.visit(sum);
        return new Hashed(sum.hash.getValue(), revision, compacted);
    }

    /** Sees the entries of etcd's keys, numbered. */
    private abstract static class Keys implements BoltVisitor {

        private Bytes bucket = Bytes.EMPTY;
        private long number;

        @Override
        public void bucket(byte[] name) {
            bucket = Bytes.wrap(name);
        }

        @Override
        public void entry(byte[] key, ByteBuffer value) throws IOException {
            if (bucket.equals(EtcdBuckets.KEY)) {
                key(number++, key, value);
            } else if (bucket.equals(EtcdBuckets.META)) {
                meta(Bytes.wrap(key), value);
            }
        }

        abstract void key(long place, byte[] key, ByteBuffer value) throws IOException;

        void meta(Bytes key, ByteBuffer value) throws EtcdRecordException {}
    }

    private static final class Bounds extends Keys {

        private long newest;
        private long compacted = -1;

        @Override
        void key(long place, byte[] key, ByteBuffer value) throws IOException {
            newest = EtcdKeys.revisionOf(key).main();
        }

        @Override
        void meta(Bytes key, ByteBuffer value) throws EtcdRecordException {
            if (key.equals(EtcdBuckets.FINISHED_COMPACT) || key.equals(EtcdBuckets.SCHEDULED_COMPACT)) {
                byte[] bytes = new byte[value.remaining()];
                value.duplicate().get(bytes);
                compacted = Math.max(compacted, EtcdKeys.main(bytes));
            }
        }
    }

    /** Which entries up to the compact revision are the newest of a key that exists. */
    private final class Kept extends Keys {

        private final long revision;
        private final Map<Bytes, Long> places = new HashMap<>();
        private final Set<Bytes> later = new HashSet<>();

        Kept(long revision) {
            this.revision = revision;
        }

        @Override
        void key(long place, byte[] key, ByteBuffer value) throws IOException {
            KeyVersion version = EtcdKeys.version(key, value.duplicate());
            if (version == null || version.revision().main() > revision) {
                return;
            }
            Bytes name = version.kv().key();
            if (version.revision().main() > compacted || version.tombstone()) {
                places.remove(name);
            } else {
                places.put(name, place);
            }
            if (version.tombstone()) {
                later.remove(name);
            } else if (version.revision().main() > compacted) {
                later.add(name);
            }
        }

        boolean keeps(long place, byte[] key, ByteBuffer value) throws IOException {
            if (places.isEmpty() && later.isEmpty()) {
                return true;
            }
            KeyVersion version = EtcdKeys.version(key, value.duplicate());
            Long kept = version == null ? null : places.get(version.kv().key());
            return kept != null && kept == place;
        }
    }

    private final class Sum extends Keys {

        private final CRC32C hash = new CRC32C();
        private final long revision;
        private final Kept kept;

        Sum(long revision, Kept kept) {
            this.revision = revision;
            this.kept = kept;
        }

        @Override
        void key(long place, byte[] key, ByteBuffer value) throws IOException {
            long main = EtcdKeys.revisionOf(key).main();
            boolean tombstone = key.length > EtcdKeys.REVISION_BYTES;
            if (main > revision
                    || (main <= compacted && !kept.keeps(place, key, value))
                    || (main == compacted && tombstone)) {
                return;
            }
            hash.update(key);
            hash.update(value.duplicate());
        }
    }
}
