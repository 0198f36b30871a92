package dev.mainstay.node.apply;

import dev.mainstay.node.auth.AuthTable;
import dev.mainstay.node.lease.LeaseTable;
import dev.mainstay.node.maintenance.Alarms;
import dev.mainstay.node.membership.MemberTable;
import dev.mainstay.node.mvcc.Schema;
import dev.mainstay.node.storage.Table;
import java.util.ArrayList;
import java.util.List;

/** The tables of the whole replicated state. */
public final class Tables {

    private Tables() {}

    /** Every table, for whoever opens the store. */
    public static List<Table> all() {
        List<Table> all = new ArrayList<>(Schema.tables());
        all.addAll(List.of(LeaseTable.LEASES, LeaseTable.LINKS, Alarms.TABLE, MemberTable.TABLE));
        all.addAll(List.of(Applier.APPLIED, AppliedBatches.TABLE, AuthTable.TABLE));
        return List.copyOf(all);
    }
}
