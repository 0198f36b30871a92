package dev.mainstay.node.storage;

import org.jspecify.annotations.Nullable;

/** Something that can be read. */
public interface StoreView {

    byte @Nullable [] get(Table table, byte[] key);

    /**
     * The first entry at or after {@code from} and before {@code to}. Cheaper than a cursor for a single look; meant for
     * narrow ranges.
     */
    @Nullable
    Entry first(Table table, byte[] from, byte[] to);

    /**
     * Opens a cursor that sees the state of this moment.
     *
     * @param lower the cursor never goes below this key; {@code null} for no bound
     * @param upper the cursor ends before this key; {@code null} for no bound
     */
    Cursor cursor(Table table, byte @Nullable [] lower, byte @Nullable [] upper);
}
