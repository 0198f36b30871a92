package dev.mainstay.node.mvcc;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Invariant;
import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.storage.Cursor;
import dev.mainstay.node.storage.StoreMoment;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * All versions of all keys that compaction keeps, as of one moment, whether or not it has removed the others yet. Owned by one
 * thread; close it, before the moment.
 */
public final class KvExport implements AutoCloseable {

    private final Cursor versions;
    private final long revision;
    private final long compactRevision;

    /** Sees versions. */
    public interface Visitor<E extends Exception> {

        /**
         * A version.
         *
         * @param place where it can be read again
         */
        void version(Bytes place, KeyVersion version) throws E;
    }

    public KvExport(StoreMoment moment) {
        byte[] compacted = moment.get(Schema.MVCC, LogEntryWriter.COMPACTED_KEY);
        compactRevision = compacted == null ? -1 : ByteBuffer.wrap(compacted).getLong();
        revision = KvStore.newestRevision(moment);
        versions = moment.cursor(Schema.KV, null, null);
    }

    /** The newest revision; 1 when nothing was ever written. */
    public long revision() {
        return revision;
    }

    /** The revision below which nothing can be read; -1 when never compacted. */
    public long compactRevision() {
        return compactRevision;
    }

    /** Shows every version, by key, the newest first. */
    public <E extends Exception> void visit(Visitor<E> visitor) throws E {
        KeptVersions kept = new KeptVersions(compactRevision);
        for (versions.seek(KvKey.before(KeyRange.all().from())); versions.isValid(); versions.next()) {
            byte[] key = versions.key();
            byte[] value = versions.value();
            if (kept.keeps(key, value)) {
                visitor.version(Bytes.wrap(key), KeyVersion.of(StoredVersion.decode(key, value)));
            }
        }
    }

    /** Reads one of the versions again; cheap for the neighbour of the one before. */
    public KeyVersion read(Bytes place) {
        versions.seek(place.array());
        Invariant.check(
                versions.isValid() && Arrays.equals(versions.key(), place.array()), "version %s has gone", place);
        return KeyVersion.of(StoredVersion.decode(place.array(), versions.value()));
    }

    @Override
    public void close() {
        versions.close();
    }
}
