package dev.mainstay.node.storage;

import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Merges a cursor of the store with changes laid over it.
 *
 * <p>Moving forward, {@code stored} and {@code own} each stand at their first candidate at or after the current key;
 * moving backward, at their last one at or before it. A turn seeks both anew.
 */
final class OverlayCursor implements Cursor {

    private final Cursor stored;
    private final TableChanges changes;
    private final byte @Nullable [] lower;
    private final byte @Nullable [] upper;

    private Map.@Nullable Entry<byte[], byte[]> own;
    private byte @Nullable [] current;
    private boolean currentIsOwn;
    private boolean forward = true;

    OverlayCursor(Cursor stored, TableChanges changes, byte @Nullable [] lower, byte @Nullable [] upper) {
        this.stored = stored;
        this.changes = changes;
        this.lower = lower;
        this.upper = upper;
    }

    @Override
    public void seek(byte[] key) {
        byte[] start = lower != null && Arrays.compareUnsigned(key, lower) < 0 ? lower : key;
        stored.seek(start);
        own = changes.entries().ceilingEntry(start);
        forward = true;
        settleForward();
    }

    @Override
    public void seekForPrev(byte[] key) {
        stored.seekForPrev(key);
        if (upper != null && Arrays.compareUnsigned(key, upper) >= 0) {
            own = changes.entries().lowerEntry(upper);
        } else {
            own = changes.entries().floorEntry(key);
        }
        forward = false;
        settleBackward();
    }

    @Override
    public boolean isValid() {
        return current != null;
    }

    @Override
    public void next() {
        byte[] here = key();
        if (!forward) {
            stored.seek(here);
            own = changes.entries().ceilingEntry(here);
            forward = true;
        }
        step(here);
        settleForward();
    }

    @Override
    public void prev() {
        byte[] here = key();
        if (forward) {
            stored.seekForPrev(here);
            own = changes.entries().floorEntry(here);
            forward = false;
        }
        step(here);
        settleBackward();
    }

    @Override
    public byte[] key() {
        if (current == null) {
            throw new IllegalStateException("the cursor stands nowhere");
        }
        return current;
    }

    @Override
    public byte[] value() {
        return currentIsOwn && own != null ? own.getValue() : stored.value();
    }

    @Override
    public byte[] valueHead(int length) {
        return currentIsOwn && own != null ? own.getValue() : stored.valueHead(length);
    }

    @Override
    public void close() {
        stored.close();
    }

    /** Moves whichever side stands at {@code here} past it. */
    private void step(byte[] here) {
        if (stored.isValid() && Arrays.equals(stored.key(), here)) {
            stepStored();
        }
        if (own != null && Arrays.equals(own.getKey(), here)) {
            stepOwn(own.getKey());
        }
    }

    private void stepStored() {
        if (forward) {
            stored.next();
        } else {
            stored.prev();
        }
    }

    private void stepOwn(byte[] from) {
        own = forward ? changes.entries().higherEntry(from) : changes.entries().lowerEntry(from);
    }

    private void settleForward() {
        while (true) {
            byte[] ownKey = own == null || (upper != null && Arrays.compareUnsigned(own.getKey(), upper) >= 0)
                    ? null
                    : own.getKey();
            byte[] storedKey = stored.isValid() ? stored.key() : null;
            byte[] skipTo = storedKey == null ? null : changes.deletedTo(storedKey);
            if (skipTo != null) {
                stored.seek(skipTo);
            } else if (settled(ownKey, storedKey)) {
                return;
            }
        }
    }

    private void settleBackward() {
        while (true) {
            byte[] ownKey = own == null || (lower != null && Arrays.compareUnsigned(own.getKey(), lower) < 0)
                    ? null
                    : own.getKey();
            byte[] storedKey = stored.isValid() ? stored.key() : null;
            byte[] skipTo = storedKey == null ? null : changes.deletedFrom(storedKey);
            if (skipTo != null) {
                stored.seekForPrev(skipTo);
                if (stored.isValid() && Arrays.equals(stored.key(), skipTo)) {
                    stored.prev();
                }
            } else if (settled(ownKey, storedKey)) {
                return;
            }
        }
    }

    /** Chooses the nearer candidate; answers {@code false} after stepping over a deleted one. */
    private boolean settled(byte @Nullable [] ownKey, byte @Nullable [] storedKey) {
        if (ownKey == null || own == null) {
            current = storedKey;
            currentIsOwn = false;
            return true;
        }
        int order = storedKey == null ? -1 : Arrays.compareUnsigned(ownKey, storedKey);
        if (storedKey != null && order != 0 && order < 0 != forward) {
            current = storedKey;
            currentIsOwn = false;
            return true;
        }
        if (!TableChanges.isDeleted(own.getValue())) {
            current = ownKey;
            currentIsOwn = true;
            return true;
        }
        if (order == 0) {
            stepStored();
        }
        stepOwn(ownKey);
        return false;
    }
}
