package dev.mainstay.node.backup;

import dev.mainstay.node.backup.BackupException.Reason;
import dev.mainstay.node.common.Sha256;
import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectUpload;
import dev.mainstay.node.objectstore.sealed.ObjectCodec;
import dev.mainstay.node.snapshot.CheckpointFile;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.function.LongConsumer;

/** Files of the store on their way to a repository and back: the one place where they are encoded and decoded. Any thread. */
final class FileTransfer {

    private static final int BUFFER_BYTES = 128 << 10;

    private final Repository repository;
    private final LongConsumer handled;

    /** @param handled hears of bytes of files, as they are outside */
    FileTransfer(Repository repository, LongConsumer handled) {
        this.repository = repository;
        this.handled = handled;
    }

    /**
     * Sends a file.
     *
     * @param in its bytes
     * @param key of the object to be
     * @throws BackupException of reason SOURCE if it isn't as long as it should be
     */
    StoredFile send(CheckpointFile file, InputStream in, String key) throws IOException {
        ObjectCodec codec = repository.codec();
        MessageDigest digest = Sha256.start();
        long bytes = 0;
        try (ObjectUpload upload = repository.store().upload(key)) {
            Counted counted = new Counted(upload);
            try (OutputStream out = codec.encode(key, counted)) {
                byte[] buffer = new byte[BUFFER_BYTES];
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    digest.update(buffer, 0, n);
                    out.write(buffer, 0, n);
                    bytes += n;
                    handled.accept(n);
                }
            }
            if (bytes != file.bytes()) {
                throw new BackupException(
                        Reason.SOURCE, file.name() + " should have " + file.bytes() + " bytes, and came with " + bytes);
            }
            upload.commit();
            return new StoredFile(
                    file.name(),
                    bytes,
                    counted.bytes,
                    HexFormat.of().formatHex(digest.digest()),
                    file.fingerprint(),
                    key,
                    codec.keyId().orElse(""),
                    false);
        }
    }

    /**
     * Reads a file to its end.
     *
     * @throws BackupException of reason DAMAGED or KEY if it isn't what was sent
     */
    void check(StoredFile file) throws IOException {
        copy(file, OutputStream.nullOutputStream());
    }

    /** Writes a file into a directory, durably, and checks it. */
    void fetch(StoredFile file, Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(
                        directory.resolve(file.name()), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                OutputStream out = Channels.newOutputStream(channel)) {
            copy(file, out);
            channel.force(true);
        }
    }

    private void copy(StoredFile file, OutputStream out) throws IOException {
        MessageDigest digest = Sha256.start();
        long bytes = 0;
        try (InputStream stored = repository.store().read(file.key());
                InputStream in = repository.codec().decode(file.key(), stored, file.bytes())) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int n = in.read(buffer); n >= 0 && bytes <= file.bytes(); n = in.read(buffer)) {
                digest.update(buffer, 0, n);
                out.write(buffer, 0, n);
                bytes += n;
                handled.accept(n);
            }
        } catch (ObjectStoreException e) {
            throw BackupException.of(file.key(), e);
        }
        if (bytes != file.bytes() || !HexFormat.of().formatHex(digest.digest()).equals(file.sha256())) {
            throw new BackupException(
                    Reason.DAMAGED, file.key() + " is damaged: it isn't what was backed up as " + file.name());
        }
    }

    /** Counts what goes through, and leaves open what it goes to. */
    private static final class Counted extends FilterOutputStream {

        private long bytes;

        Counted(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
            bytes++;
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            out.write(from, offset, length);
            bytes += length;
        }

        @Override
        public void close() {
            // The upload is completed by its commit, or taken back.
        }
    }
}
