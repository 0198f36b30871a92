package dev.mainstay.node.apply;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.storage.StoreView;
import dev.mainstay.node.storage.WriteSet;

/**
 * Whether this cluster is taking another's state over. Changed by the apply thread only, each time with the transaction of its log
 * entry; read by any.
 *
 * <pre>
 * applied  "migration" → {@link MigrationState}
 * </pre>
 */
public final class Migration {

    private static final byte[] KEY = Bytes.utf8("migration").array();

    private volatile MigrationState now;

    private Migration(MigrationState now) {
        this.now = now;
    }

    static Migration open(StoreView store) {
        return new Migration(MigrationState.decode(store.get(Applier.APPLIED, KEY)));
    }

    /** As of the last applied entry. */
    public MigrationState now() {
        return now;
    }

    void set(WriteSet changes, MigrationState next) {
        changes.put(Applier.APPLIED, KEY, next.encode());
        now = next;
    }
}
