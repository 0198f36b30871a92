package dev.mainstay.node.backup;

import dev.mainstay.node.mvcc.KeyspaceDigest;
import dev.mainstay.node.snapshot.CheckpointFile;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** A state that doesn't change while it is backed up. Any thread, several at once; closed after. */
public interface BackupSource extends AutoCloseable {

    /** Where it comes from. */
    BackupManifest.Origin origin();

    /** Its files, all that are needed. */
    List<CheckpointFile> files();

    /** The bytes of one of them; fails rather than end early. */
    InputStream read(CheckpointFile file) throws IOException;

    /** What all keys come to; reads them all. */
    KeyspaceDigest digest() throws IOException;

    @Override
    void close() throws IOException;
}
