package dev.mainstay.node.etcdsnapshot;

import dev.mainstay.node.bolt.BoltException;
import dev.mainstay.node.bolt.BoltFile;
import dev.mainstay.node.bolt.BoltVisitor;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Sha256;
import dev.mainstay.node.etcdformat.EtcdBuckets;
import dev.mainstay.node.etcdformat.EtcdKeys;
import dev.mainstay.node.etcdformat.EtcdRecordException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * A snapshot as clients save it: etcd's database, then the SHA-256 of it. One without that hash, such as a copy of a member's
 * database, is one too, but nobody can tell whether it is what it was. Owned by one thread; close it.
 */
public final class SnapshotFile implements AutoCloseable {

    private static final int HASH_BYTES = 32;

    /** Pages are made of sectors, so what is left of the last one can only be the hash. */
    private static final int SECTOR_BYTES = 512;

    private static final int BUFFER_BYTES = 1 << 16;

    private final Path path;
    private final long databaseBytes;
    private final boolean hashed;
    private final BoltFile database;

    private SnapshotFile(Path path, long databaseBytes, boolean hashed, BoltFile database) {
        this.path = path;
        this.databaseBytes = databaseBytes;
        this.hashed = hashed;
        this.database = database;
    }

    /**
     * What a snapshot holds.
     *
     * @param hash the CRC-32C over all names of buckets, keys and values
     * @param revision the newest
     * @param totalKeys entries of all buckets
     * @param totalBytes the size of the database
     */
    public record Status(long hash, long revision, long totalKeys, long totalBytes) {}

    /** @throws SnapshotException if it is no database */
    public static SnapshotFile open(Path path) throws IOException {
        if (!Files.isRegularFile(path)) {
            throw new SnapshotException(path + (Files.exists(path) ? " is no file" : ": no such file or directory"));
        }
        long bytes = Files.size(path);
        boolean hashed = bytes % SECTOR_BYTES == HASH_BYTES;
        long databaseBytes = hashed ? bytes - HASH_BYTES : bytes;
        try {
            return new SnapshotFile(path, databaseBytes, hashed, BoltFile.open(path, databaseBytes));
        } catch (BoltException e) {
            throw new SnapshotException(path + ": " + e.getMessage(), e);
        }
    }

    /** Whether it ends with a hash. */
    public boolean isHashed() {
        return hashed;
    }

    /** @throws SnapshotException if it has no hash, or one of something else */
    public void requireHash() throws IOException {
        if (!hashed) {
            throw new SnapshotException(path + " has no integrity hash: it was cut, or copied from a data directory;"
                    + " in the latter case --skip-hash-check takes it");
        }
        MessageDigest digest = Sha256.start();
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = Files.newInputStream(path)) {
            long left = databaseBytes;
            while (left > 0) {
                int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (read < 0) {
                    throw new SnapshotException(path + " became shorter while it was read");
                }
                digest.update(buffer, 0, read);
                left -= read;
            }
            if (!Arrays.equals(digest.digest(), in.readNBytes(HASH_BYTES))) {
                throw new SnapshotException(path + " is damaged: it isn't what its integrity hash was made of");
            }
        }
    }

    /** Looks at the whole database: pages, order, and that every entry of etcd's buckets can be read. */
    public Status check() throws IOException {
        return guarded(() -> {
            database.check();
            EtcdContent content = new EtcdContent(_ -> {});
            database.visit(content);
            return read();
        });
    }

    /** What etcd's own tool says of it; checks the pages, as that does. */
    public Status status() throws IOException {
        return guarded(() -> {
            database.check();
            return read();
        });
    }

    /** Shows every entry. */
    void visit(BoltVisitor visitor) throws IOException {
        guarded(() -> {
            database.visit(visitor);
            return true;
        });
    }

    private Status read() throws IOException {
        Totals totals = new Totals();
        database.visit(totals);
        if (!totals.anyKeys) {
            throw new EtcdRecordException("it is a database without etcd's bucket of keys");
        }
        return new Status(totals.hash.getValue(), totals.revision, totals.entries, database.bytes());
    }

    private interface Work<T> {
        T run() throws IOException;
    }

    private <T> T guarded(Work<T> work) throws IOException {
        try {
            return work.run();
        } catch (BoltException | EtcdRecordException e) {
            throw new SnapshotException(path + " is damaged: " + e.getMessage(), e);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    @Override
    public void close() {
        database.close();
    }

    /** Counts and hashes what it sees. */
    private static final class Totals implements BoltVisitor {

        private final CRC32C hash = new CRC32C();
        private boolean inKeys;
        private boolean anyKeys;
        private long revision;
        private long entries;

        @Override
        public void bucket(byte[] name) {
            hash.update(name);
            inKeys = Bytes.wrap(name).equals(EtcdBuckets.KEY);
            anyKeys |= inKeys;
        }

        @Override
        public void entry(byte[] key, ByteBuffer value) throws IOException {
            hash.update(key);
            hash.update(value);
            entries++;
            if (inKeys) {
                revision = EtcdKeys.revisionOf(key).main();
            }
        }
    }
}
