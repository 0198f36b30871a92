package dev.mainstay.node.mvcc;

import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.storage.Cursor;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;
import java.util.zip.CRC32C;

/** Hashes the {@link KeptVersions}: leaves out what merely hasn't been removed yet. */
final class KvHash {

    /** Where the hash begins: that of an empty store must not be 0, which is how an answer without a hash looks. */
    private static final int SEED = 'k';

    private static final int ROWS_BETWEEN_LOOKS = 1_024;

    private KvHash() {}

    /**
     * @param cursor over the whole kv table
     * @return empty if it was given up
     */
    static OptionalInt of(Cursor cursor, long revision, long compactRevision, BooleanSupplier givenUp) {
        CRC32C hash = new CRC32C();
        hash.update(SEED);
        KeptVersions kept = new KeptVersions(compactRevision);
        int rows = 0;
        for (cursor.seek(KvKey.before(KeyRange.all().from())); cursor.isValid(); cursor.next()) {
            if (++rows % ROWS_BETWEEN_LOOKS == 0 && givenUp.getAsBoolean()) {
                return OptionalInt.empty();
            }
            byte[] key = cursor.key();
            byte[] value = cursor.value();
            if (KvKey.main(key) > revision || !kept.keeps(key, value)) {
                continue;
            }
            hash.update(key);
            hash.update(value);
        }
        return OptionalInt.of((int) hash.getValue());
    }
}
