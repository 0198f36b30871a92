package dev.mainstay.node.apply;

import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.common.Alarm;
import dev.mainstay.node.common.Member;
import dev.mainstay.node.maintenance.Alarms;
import dev.mainstay.node.membership.MemberTable;
import dev.mainstay.node.mvcc.RevisionBump;
import dev.mainstay.node.storage.Cursor;
import dev.mainstay.node.storage.Store;
import dev.mainstay.node.storage.StoreTransaction;
import dev.mainstay.node.storage.Table;
import java.util.List;

/**
 * Makes the state of one cluster the first state of another: keys, leases, users and the clock stay; members, what was known of
 * their batches, and alarms that were about them go. Whoever does so with the same state and members gets the same result.
 */
public final class NewCluster {

    private NewCluster() {}

    /**
     * Changes the store and makes it durable.
     *
     * @param store one that nobody uses yet
     * @param members of the new cluster
     * @param position where the state stands in the log of the new cluster, which is to begin behind it
     * @param bump how far to move the newest revision on, marking all before as compacted; 0 to leave it
     */
    public static void begin(Store store, List<Member> members, LogPosition position, long bump) {
        long clockMillis = Applier.standing(store::get).clockMillis();
        try (StoreTransaction changes = store.begin()) {
            clear(store, changes, MemberTable.TABLE);
            clear(store, changes, AppliedBatches.TABLE);
            ArchiveMarks.open(store).clear(changes);
            MemberTable table = MemberTable.open(changes);
            members.forEach(member -> table.put(changes, member));
            Alarms alarms = Alarms.open(store);
            List<Alarm> ofAll = alarms.concerning(0);
            for (Alarm alarm : alarms.raised()) {
                // A full disk is for the new members to find, and those whose data were wrong aren't among them.
                if (alarm.type() == Alarm.Type.NOSPACE || !ofAll.contains(alarm)) {
                    boolean _ = alarms.set(changes, alarm, false);
                }
            }
            if (bump > 0) {
                long _ = RevisionBump.apply(store, changes, bump);
            }
            Applier.begin(changes, position, clockMillis);
            store.write(changes);
        }
        store.flush();
    }

    private static void clear(Store store, StoreTransaction changes, Table table) {
        try (Cursor rows = store.cursor(table, null, null)) {
            for (rows.seek(new byte[0]); rows.isValid(); rows.next()) {
                changes.delete(table, rows.key());
            }
        }
    }
}
