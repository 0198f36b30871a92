package dev.mainstay.node.lease;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Invariant;
import dev.mainstay.node.storage.Cursor;
import dev.mainstay.node.storage.StoreView;
import dev.mainstay.node.storage.Table;
import dev.mainstay.node.storage.WriteSet;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * The leases there are, and which keys hang on them.
 *
 * <p>Changes come from the apply thread only, each with the transaction of its log entry. Reads may come from any thread;
 * they may see an entry's leases a moment before its keys. Leases are held in memory (some 100 bytes each); attachments
 * live in the store alone.
 *
 * <pre>
 * lease       id (8 bytes, big endian)        → format, granted TTL, deadline
 * lease_link  id (8 bytes, big endian) ∥ key  → nothing
 * </pre>
 */
public final class LeaseTable {

    /** Lease id to {@link LeaseRecord}. */
    public static final Table LEASES = new Table("lease");

    /** Lease id and attached key; the order is that of the keys. */
    public static final Table LINKS = new Table("lease_link");

    private static final byte[] NOTHING = new byte[0];

    private final StoreView store;
    private final ConcurrentSkipListMap<Long, Lease> leases = new ConcurrentSkipListMap<>();

    private LeaseTable(StoreView store) {
        this.store = store;
    }

    /** Reads the leases of a store. */
    public static LeaseTable open(StoreView store) {
        LeaseTable table = new LeaseTable(store);
        try (Cursor cursor = store.cursor(LEASES, null, null)) {
            cursor.seek(NOTHING);
            while (cursor.isValid()) {
                Lease lease = LeaseRecord.decode(cursor.key(), cursor.value());
                table.leases.put(lease.id(), lease);
                cursor.next();
            }
        }
        return table;
    }

    /** The lease of an id, {@code null} if there is none. Any thread. */
    public @Nullable Lease get(long id) {
        return leases.get(id);
    }

    /** Every lease, ordered by id. Any thread. */
    public List<Lease> leases() {
        return List.copyOf(leases.values());
    }

    /** Whether there is no lease at all. Any thread. */
    public boolean isEmpty() {
        return leases.isEmpty();
    }

    /** The attached keys, in key order, as the store has them. Any thread. */
    public List<Bytes> keys(long id) {
        return keys(store, id);
    }

    /** The attached keys, in key order, as a view has them; the apply thread passes its transaction. */
    public List<Bytes> keys(StoreView view, long id) {
        List<Bytes> keys = new ArrayList<>();
        byte[] prefix = LeaseRecord.key(id);
        try (Cursor cursor = view.cursor(LINKS, prefix, LeaseRecord.afterLinks(id))) {
            cursor.seek(prefix);
            while (cursor.isValid()) {
                keys.add(LeaseRecord.linkedKey(cursor.key()));
                cursor.next();
            }
        }
        return keys;
    }

    /** The key of the row in {@link #LINKS} that hangs a key on a lease. */
    public static byte[] link(long id, Bytes key) {
        return LeaseRecord.link(id, key);
    }

    /** The lease of such a row. */
    public static long linkedLease(byte[] link) {
        return ByteBuffer.wrap(link).getLong();
    }

    /** The key of such a row. */
    public static Bytes linkedKey(byte[] link) {
        return LeaseRecord.linkedKey(link);
    }

    /** Adds a lease whose id is free. */
    public void grant(WriteSet changes, Lease lease) {
        Invariant.check(lease.id() != 0, "lease without an id");
        Lease before = leases.put(lease.id(), lease);
        Invariant.check(before == null, "lease %d granted twice", lease.id());
        changes.put(LEASES, LeaseRecord.key(lease.id()), LeaseRecord.value(lease));
    }

    /** Moves the deadline of a lease; never backwards. */
    public Lease extend(WriteSet changes, Lease lease, long deadlineMillis) {
        if (deadlineMillis <= lease.deadlineMillis()) {
            return lease;
        }
        Lease extended = lease.withDeadline(deadlineMillis);
        leases.put(lease.id(), extended);
        changes.put(LEASES, LeaseRecord.key(lease.id()), LeaseRecord.value(extended));
        return extended;
    }

    /** Removes a lease, from which every key has been detached before. */
    public void remove(WriteSet changes, long id) {
        leases.remove(id);
        changes.delete(LEASES, LeaseRecord.key(id));
    }

    /** Hangs a key on a lease. */
    public void attach(WriteSet changes, long id, Bytes key) {
        changes.put(LINKS, LeaseRecord.link(id, key), NOTHING);
    }

    /** Takes a key off a lease. */
    public void detach(WriteSet changes, long id, Bytes key) {
        changes.delete(LINKS, LeaseRecord.link(id, key));
    }
}
