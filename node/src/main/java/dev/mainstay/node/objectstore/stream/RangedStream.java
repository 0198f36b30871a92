package dev.mainstay.node.objectstore.stream;

import dev.mainstay.node.objectstore.BulkStream;
import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Objects;

/** An object's bytes, asked for again from where they broke off. For one thread. */
public final class RangedStream extends BulkStream {

    /** A connection that brings less than this before it breaks counts as one that brings nothing. */
    private static final long PROGRESS_BYTES = 1024 * 1024;

    private final String name;
    private final RangeSource source;
    private final Backoff backoff;
    private RangeBody body;
    private long position;
    private long opened;
    private int failures;
    private boolean closed;

    private RangedStream(String name, RangeSource source, Backoff backoff, long offset) throws ObjectStoreException {
        this.name = name;
        this.source = source;
        this.backoff = backoff;
        this.position = offset;
        this.opened = offset;
        this.body = source.open(offset);
    }

    /** Opens it at this byte; the name is for messages. */
    public static InputStream open(String name, RangeSource source, Backoff backoff, long offset)
            throws ObjectStoreException {
        return new RangedStream(name, source, backoff, offset);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (closed) {
            throw new IOException(name + " is closed");
        }
        if (length == 0) {
            return 0;
        }
        while (position < body.end()) {
            try {
                int count = body.bytes().read(bytes, offset, (int) Math.min(length, body.end() - position));
                if (count > 0) {
                    position += count;
                    return count;
                }
                goOn(new EOFException("ended at byte " + position + " of " + body.end()));
            } catch (InterruptedIOException e) {
                if (Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                goOn(e); // a time limit of the connection's
            } catch (ObjectStoreException e) {
                throw e;
            } catch (IOException | RuntimeException e) {
                goOn(e);
            }
        }
        return -1;
    }

    private void goOn(Exception cause) throws IOException {
        abort();
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted while reading " + name);
        }
        failures = position - opened >= PROGRESS_BYTES ? 1 : failures + 1;
        if (failures >= backoff.attempts()) {
            throw new ObjectStoreException(
                    Kind.UNREACHABLE,
                    "reading " + name + " broke off " + failures + " times, last at byte " + position + ": " + cause
                            + "; look at the network between here and the store",
                    cause);
        }
        backoff.await(failures);
        body = source.open(position);
        opened = position;
    }

    private void abort() {
        try {
            body.abort().close();
        } catch (IOException | RuntimeException e) {
            return; // it's broken or not wanted; nothing depends on how it ends
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            abort();
        }
    }
}
