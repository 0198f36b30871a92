package dev.mainstay.node.etcdsnapshot;

import dev.mainstay.node.apply.Applier;
import dev.mainstay.node.auth.AuthTable;
import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.common.Alarm;
import dev.mainstay.node.common.Member;
import dev.mainstay.node.etcdformat.EtcdLease;
import dev.mainstay.node.etcdformat.EtcdRecordException;
import dev.mainstay.node.lease.Lease;
import dev.mainstay.node.lease.LeaseTable;
import dev.mainstay.node.maintenance.Alarms;
import dev.mainstay.node.membership.MemberTable;
import dev.mainstay.node.mvcc.KvLoad;
import dev.mainstay.node.storage.Store;
import dev.mainstay.node.storage.StoreTransaction;
import java.io.IOException;
import java.util.List;

/**
 * Makes a snapshot into the state of a new cluster. Whoever does so with the same snapshot and members gets the same state, as of
 * the same place in a log that hasn't begun.
 */
public final class EtcdImport {

    /**
     * Where a restored state stands in the log of its new cluster. A member that begins without the snapshot, by mistake or since it
     * was added later, finds no entries before it and is sent the state.
     */
    public static final LogPosition POSITION = new LogPosition(1, 1L << 20);

    private static final int LINKS_PER_WRITE = 1_000;
    private static final long MILLIS_PER_SECOND = 1_000;

    private final Store store;
    private final List<Member> members;
    private final Bump bump;

    /**
     * How far revisions are moved on, so that clients which have seen later ones than the snapshot has don't see them again.
     *
     * @param amount added to the newest revision, 0 for nothing
     * @param markCompacted whether everything before is compacted, so that watchers hear of it
     */
    public record Bump(long amount, boolean markCompacted) {

        public static final Bump NONE = new Bump(0, false);
    }

    /** What was made. */
    public record Restored(long revision, long compactRevision, int leases, int users) {}

    /**
     * @param store an empty one
     * @param members of the new cluster
     */
    public EtcdImport(Store store, List<Member> members, Bump bump) {
        this.store = store;
        this.members = List.copyOf(members);
        this.bump = bump;
    }

    /** Fills the store and makes it durable. After an exception it is not to be used. */
    public Restored from(SnapshotFile file) throws IOException {
        try (KvLoad load = new KvLoad(store)) {
            EtcdContent content = new EtcdContent(version -> load.add(version));
            file.visit(content);
            try {
                content.requireEtcd();
            } catch (EtcdRecordException e) {
                throw new SnapshotException("the file can't be used: " + e.getMessage(), e);
            }
            long newest = Math.max(1, Math.max(content.lastRevision(), content.compactRevision()));
            long revision = Math.addExact(newest, bump.amount());
            long compacted = bump.markCompacted() ? revision : content.compactRevision();
            LeaseTable leases = LeaseTable.open(store);
            leases(leases, content.leases());
            try (Links links = new Links(leases)) {
                load.finish(revision, compacted, links::link);
            } catch (IllegalArgumentException e) {
                throw new SnapshotException("the snapshot is damaged: " + e.getMessage(), e);
            }
            rest(content);
            store.flush();
            return new Restored(
                    revision,
                    compacted,
                    content.leases().size(),
                    content.users().size());
        }
    }

    private void leases(LeaseTable table, List<EtcdLease> leases) {
        try (StoreTransaction changes = store.begin()) {
            for (EtcdLease lease : leases) {
                long ttl = Math.clamp(lease.ttlSeconds(), 1, Lease.MAX_TTL_SECONDS);
                long left = lease.remainingSeconds() > 0 ? Math.min(lease.remainingSeconds(), ttl) : ttl;
                table.grant(changes, new Lease(lease.id(), ttl, left * MILLIS_PER_SECOND));
            }
            store.write(changes);
        }
    }

    private void rest(EtcdContent content) {
        try (StoreTransaction changes = store.begin()) {
            AuthTable.open(store)
                    .load(
                            changes,
                            content.authEnabled(),
                            Math.max(1, content.authRevision()),
                            content.users(),
                            content.roles());
            Alarms alarms = Alarms.open(store);
            // A full disk is for the new members to find; the one that was full isn't among them.
            content.alarms().stream()
                    .filter(alarm -> alarm.type() == Alarm.Type.CORRUPT)
                    .forEach(alarm -> alarms.set(changes, alarm, true));
            MemberTable table = MemberTable.open(store);
            members.forEach(member -> table.put(changes, member));
            Applier.begin(changes, POSITION);
            store.write(changes);
        }
    }

    /** Hangs keys on their leases. */
    private final class Links implements AutoCloseable {

        private final LeaseTable leases;
        private StoreTransaction changes = store.begin();
        private int pending;

        Links(LeaseTable leases) {
            this.leases = leases;
        }

        void link(dev.mainstay.node.common.KeyValue kv) {
            if (kv.lease() == 0 || leases.get(kv.lease()) == null) {
                return;
            }
            leases.attach(changes, kv.lease(), kv.key());
            if (++pending == LINKS_PER_WRITE) {
                write();
                changes = store.begin();
                pending = 0;
            }
        }

        private void write() {
            store.write(changes);
            changes.close();
        }

        @Override
        public void close() {
            write();
        }
    }
}
