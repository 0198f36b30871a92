package dev.mainstay.node.storage.rocksdb;

import dev.mainstay.node.storage.Cursor;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/** A cursor over an iterator of its own. A key is fetched from the engine once, however often it is asked for. */
final class RocksCursor implements Cursor {

    private final UseGate gate;
    private final ReadOptions options;
    private final @Nullable Slice lower;
    private final @Nullable Slice upper;
    private final RocksIterator iterator;
    private boolean valid;
    private boolean closed;
    private byte @Nullable [] key;

    /** Opens an iterator within a gate that was entered for it. */
    interface Opening {
        RocksIterator open(ReadOptions options);
    }

    RocksCursor(UseGate gate, byte @Nullable [] lower, byte @Nullable [] upper, Opening opening) {
        this.gate = gate;
        this.options = new ReadOptions().setBackgroundPurgeOnIteratorCleanup(true);
        this.lower = lower == null ? null : new Slice(lower);
        this.upper = upper == null ? null : new Slice(upper);
        if (this.lower != null) {
            options.setIterateLowerBound(this.lower);
        }
        if (this.upper != null) {
            options.setIterateUpperBound(this.upper);
        }
        iterator = opening.open(options);
    }

    @Override
    public void seek(byte[] to) {
        iterator.seek(to);
        moved();
    }

    @Override
    public void seekForPrev(byte[] to) {
        iterator.seekForPrev(to);
        moved();
    }

    @Override
    public boolean isValid() {
        return valid;
    }

    @Override
    public void next() {
        requireValid();
        iterator.next();
        moved();
    }

    @Override
    public void prev() {
        requireValid();
        iterator.prev();
        moved();
    }

    @Override
    public byte[] key() {
        requireValid();
        byte[] here = key;
        if (here == null) {
            here = iterator.key();
            key = here;
        }
        return here;
    }

    @Override
    public byte[] value() {
        requireValid();
        return iterator.value();
    }

    @Override
    public byte[] valueHead(int length) {
        requireValid();
        byte[] head = new byte[length];
        int full = iterator.value(head);
        return full >= length ? head : java.util.Arrays.copyOf(head, full);
    }

    private void moved() {
        key = null;
        valid = iterator.isValid();
        if (!valid) {
            try {
                iterator.status();
            } catch (RocksDBException e) {
                throw Faults.of(e);
            }
        }
    }

    private void requireValid() {
        if (!valid) {
            throw new IllegalStateException("the cursor stands nowhere");
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        valid = false;
        iterator.close();
        options.close();
        if (lower != null) {
            lower.close();
        }
        if (upper != null) {
            upper.close();
        }
        gate.leave();
    }
}
