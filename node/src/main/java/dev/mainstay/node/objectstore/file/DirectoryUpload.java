package dev.mainstay.node.objectstore.file;

import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import dev.mainstay.node.objectstore.ObjectUpload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Set;

/** A file in the hidden folder, until it's renamed. */
final class DirectoryUpload extends ObjectUpload {

    private final NewFiles files;
    private final Path unfinished;
    private final Path target;
    private final FileChannel channel;
    private boolean committed;

    DirectoryUpload(NewFiles files, Path unfinished, Path target) throws IOException {
        this.files = files;
        this.unfinished = unfinished;
        this.target = target;
        this.channel = FileChannel.open(
                unfinished, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (!channel.isOpen()) {
            throw new ObjectStoreException(Kind.OTHER, "nothing can be written to " + target + " any more");
        }
        try {
            ByteBuffer rest = ByteBuffer.wrap(bytes, offset, length);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
        } catch (IOException e) {
            throw FileFailures.of("write " + target, e);
        }
    }

    @Override
    public void commit() throws IOException {
        try {
            finish();
            files.replace(unfinished, target);
            committed = true;
        } catch (IOException e) {
            throw FileFailures.of("write " + target, e);
        }
    }

    /** Commits unless there is an object already; false if there is. */
    boolean commitIfNone() throws IOException {
        finish();
        return files.putIfNone(unfinished, target);
    }

    private void finish() throws IOException {
        if (!channel.isOpen()) {
            throw new ObjectStoreException(Kind.OTHER, target + " is written or given up already");
        }
        channel.force(true);
        channel.close();
    }

    @Override
    public void close() throws IOException {
        if (committed) {
            return;
        }
        try {
            channel.close();
            Files.deleteIfExists(unfinished);
        } catch (IOException e) {
            throw FileFailures.of("give up writing " + target, e);
        }
    }
}
