package dev.mainstay.node.storage;

import org.jspecify.annotations.Nullable;

/** A store that counts what is asked of another one: reads, seeks and steps of cursors, and single changes. */
public final class CountingStore implements Store {

    private final Store store;
    private long reads;
    private long changes;

    public CountingStore(Store store) {
        this.store = store;
    }

    /** Reads, seeks and steps since the last call. */
    public long takeReads() {
        long taken = reads;
        reads = 0;
        return taken;
    }

    /** Puts, deletions and deleted ranges since the last call. */
    public long takeChanges() {
        long taken = changes;
        changes = 0;
        return taken;
    }

    @Override
    public StoreTransaction begin() {
        return new PendingChanges(this);
    }

    @Override
    public void write(StoreTransaction written) {
        ((PendingChanges) written).replay(new WriteSet() {
            @Override
            public void put(Table table, byte[] key, byte[] value) {
                changes++;
            }

            @Override
            public void delete(Table table, byte[] key) {
                changes++;
            }

            @Override
            public void deleteRange(Table table, byte[] from, byte[] to) {
                changes++;
            }
        });
        store.write(written);
    }

    @Override
    public byte @Nullable [] get(Table table, byte[] key) {
        reads++;
        return store.get(table, key);
    }

    @Override
    public @Nullable Entry first(Table table, byte[] from, byte[] to) {
        reads++;
        return store.first(table, from, to);
    }

    @Override
    public Cursor cursor(Table table, byte @Nullable [] lower, byte @Nullable [] upper) {
        return new CountingCursor(store.cursor(table, lower, upper));
    }

    @Override
    public byte @Nullable [] getDurable(Table table, byte[] key) {
        reads++;
        return store.getDurable(table, key);
    }

    @Override
    public StoreMoment moment() {
        return store.moment();
    }

    @Override
    public void flush() {
        store.flush();
    }

    @Override
    public long diskBytes() {
        return store.diskBytes();
    }

    @Override
    public long liveBytes() {
        return store.liveBytes();
    }

    @Override
    public void compactRange(Table table, byte @Nullable [] from, byte @Nullable [] to) {
        store.compactRange(table, from, to);
    }

    @Override
    public void close() {
        store.close();
    }

    private final class CountingCursor implements Cursor {

        private final Cursor cursor;

        CountingCursor(Cursor cursor) {
            this.cursor = cursor;
        }

        @Override
        public void seek(byte[] key) {
            reads++;
            cursor.seek(key);
        }

        @Override
        public void seekForPrev(byte[] key) {
            reads++;
            cursor.seekForPrev(key);
        }

        @Override
        public boolean isValid() {
            return cursor.isValid();
        }

        @Override
        public void next() {
            reads++;
            cursor.next();
        }

        @Override
        public void prev() {
            reads++;
            cursor.prev();
        }

        @Override
        public byte[] key() {
            return cursor.key();
        }

        @Override
        public byte[] value() {
            return cursor.value();
        }

        @Override
        public byte[] valueHead(int length) {
            return cursor.valueHead(length);
        }

        @Override
        public void close() {
            cursor.close();
        }
    }
}
