package dev.mainstay.node.apply;

import dev.mainstay.node.storage.StoreTransaction;
import dev.mainstay.node.storage.Table;
import dev.mainstay.node.storage.WriteSet;
import java.util.zip.CRC32C;

/**
 * Hashes what an entry changes: the sum of the hashes of its rows, so that neither the order in which the handlers write nor
 * that of the tables matters. Two sets of rows that differ in one row never have the same hash if that row's bytes differ by a
 * burst of at most 32 bits, and else by a chance of one in four thousand millions.
 *
 * <p>Apply thread only. Hot: some 30 ns and the bytes' CRC, which the processor makes, for each row.
 */
final class ChangeHash implements WriteSet {

    private static final int PUT = 1;
    private static final int DELETE = 2;
    private static final int DELETE_RANGE = 3;
    private static final byte[] NOTHING = {};

    private final CRC32C crc = new CRC32C();
    private long sum;

    /** The hash of a transaction's changes as they are now. */
    long of(StoreTransaction changes) {
        sum = 0;
        changes.replay(this);
        return sum;
    }

    @Override
    public void put(Table table, byte[] key, byte[] value) {
        row(PUT, table, key, value);
    }

    @Override
    public void delete(Table table, byte[] key) {
        row(DELETE, table, key, NOTHING);
    }

    @Override
    public void deleteRange(Table table, byte[] from, byte[] to) {
        row(DELETE_RANGE, table, from, to);
    }

    private void row(int what, Table table, byte[] first, byte[] second) {
        crc.reset();
        String name = table.name();
        for (int i = 0; i < name.length(); i++) {
            crc.update(name.charAt(i));
        }
        crc.update(what);
        crc.update(first);
        crc.update(second);
        long lengths = (long) first.length << Integer.SIZE | second.length;
        sum += StateHash.mix(StateHash.mix(lengths) ^ crc.getValue());
    }
}
