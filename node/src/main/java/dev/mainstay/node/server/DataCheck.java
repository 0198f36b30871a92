package dev.mainstay.node.server;

import dev.mainstay.node.apply.Applier;
import dev.mainstay.node.auth.AuthTable;
import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.consensus.LogInspection;
import dev.mainstay.node.lease.LeaseTable;
import dev.mainstay.node.maintenance.Alarms;
import dev.mainstay.node.membership.MemberTable;
import dev.mainstay.node.mvcc.KvCheck;
import dev.mainstay.node.storage.Cursor;
import dev.mainstay.node.storage.StorageException;
import dev.mainstay.node.storage.Store;
import dev.mainstay.node.storage.rocksdb.RocksStore;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks at everything in the data directory of a stopped member that can be held against something: log, store, keys, leases, users,
 * members. Changes nothing.
 */
final class DataCheck {

    private static final String REPLACE =
            " -> replace this member (member remove, empty the directory, member add), or restore a snapshot";
    private static final String CLEAR =
            " -> the member's data contradict themselves: replace this member, and keep the directory for the developers";
    private static final long NEWS_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int MOST_NAMED = 10;

    private final StoppedMember member;
    private final PrintStream err;
    private final LongSupplier nanoClock;
    private final List<String> findings = new ArrayList<>();
    private long toldNanos;
    private long linksExpected;
    private long linksFound;
    private long leaseFindings;

    /**
     * What was found.
     *
     * @param findings what is wrong and what to do, a line each
     * @param keys null if the store couldn't be read
     * @param leases how many
     */
    record Report(
            NodeIdentity identity,
            LogInspection log,
            @Nullable Applied applied,
            KvCheck.@Nullable Totals keys,
            long leases,
            List<String> findings) {}

    /** How far the store is, and the running hash of what the log did to it. */
    record Applied(LogPosition position, long hashOrigin, long hash) {}

    /** @param err is told of progress and of what needs no action */
    DataCheck(StoppedMember member, PrintStream err, LongSupplier nanoClock) {
        this.member = member;
        this.err = err;
        this.nanoClock = nanoClock;
        this.toldNanos = nanoClock.getAsLong();
    }

    Report run() throws IOException {
        directory();
        Applied applied = null;
        KvCheck.Totals keys = null;
        MemberTable members = null;
        long leases = 0;
        try (RocksStore store = member.readStore()) {
            tell("reading every block of the store");
            try {
                store.verify();
            } catch (StorageException e) {
                findings.add("store: " + e.getMessage() + REPLACE);
            }
            applied = read("the applied position", () -> {
                Applier.Standing standing = Applier.standing(store::get);
                return new Applied(
                        standing.position(),
                        standing.hash().origin(),
                        standing.hash().value());
            });
            LeaseTable table = read("leases", () -> LeaseTable.open(store));
            read("users and roles", () -> AuthTable.open(store));
            read("alarms", () -> Alarms.open(store));
            members = read("members", () -> MemberTable.open(store));
            tell("reading every version of every key");
            keys = read("keys", () -> keys(store, table));
            leases = table == null ? 0 : table.leases().size();
        } catch (StorageException e) {
            findings.add("store: " + e.getMessage() + REPLACE);
        }
        tell("reading the log");
        NodeIdentity identity = member.identity();
        LogInspection log = LogInspection.of(
                member.logDirectory(),
                member.acknowledged(),
                identity.clusterId(),
                identity.generation(),
                applied == null ? LogPosition.NONE : applied.position(),
                files -> news(files + " files of the log read"));
        log.findings().forEach(finding -> findings.add("log: " + finding + REPLACE));
        log.notes().forEach(note -> err.println("note: log: " + note));
        boolean behind =
                applied != null && log.last().index() > applied.position().index();
        if (members != null) {
            members(members, behind);
        }
        if (applied != null && behind) {
            err.println("note: the log holds entries up to " + log.last().index() + ", the store up to "
                    + applied.position().index() + "; the next start applies the others");
        }
        return new Report(identity, log, applied, keys, leases, List.copyOf(findings));
    }

    private void directory() throws IOException {
        NodeIdentity identity = member.identity();
        if (Files.exists(member.directory().resolve(FreshDirectory.INSIDE))) {
            findings.add(
                    "directory: a snapshot was to be restored here, which didn't come to its end -> restore it again");
        }
        if (identity.forcing() == NodeIdentity.Forcing.BEGUN) {
            findings.add(
                    "directory: the member was told to begin anew alone and hasn't come to an end with it -> start it"
                            + " with --force-new-cluster");
        }
        if (Files.exists(IncomingStore.incoming(member.store()))) {
            err.println("note: a store that is fetched from a peer waits beside this one; the next start settles it");
        }
        if (!Files.isDirectory(member.store())) {
            findings.add("directory: " + member.store() + " is missing" + REPLACE);
        }
    }

    /** @param behind whether the log tells more than the store knows, such as that this member was added */
    private void members(MemberTable table, boolean behind) {
        long self = member.identity().memberId();
        if (table.now().isRemoved(self)) {
            findings.add("members: this member was removed from its cluster -> add a new one with an empty directory");
        } else if (!behind && !table.now().isEmpty() && table.now().find(self).isEmpty()) {
            findings.add("members: this member isn't among those of its cluster" + CLEAR);
        }
    }

    private KvCheck.Totals keys(Store store, @Nullable LeaseTable leases) {
        KvCheck check = new KvCheck(store, finding -> findings.add("keys: " + finding + CLEAR), new KvCheck.Visitor() {
            @Override
            public void leased(Bytes key, long lease) {
                linksExpected++;
                if (leases != null && store.get(LeaseTable.LINKS, LeaseTable.link(lease, key)) == null) {
                    missing("key " + key + " has lease " + Long.toHexString(lease) + ", which doesn't know of it");
                }
            }

            @Override
            public void progress(long rows) {
                news(rows + " rows of keys and history read");
            }
        });
        KvCheck.Totals totals = check.run();
        if (leases != null) {
            links(store, leases, check);
        }
        return totals;
    }

    /** What hangs on each lease, the other way round. */
    private void links(Store store, LeaseTable leases, KvCheck check) {
        try (Cursor cursor = store.cursor(LeaseTable.LINKS, null, null)) {
            for (cursor.seek(new byte[0]); cursor.isValid(); cursor.next()) {
                linksFound++;
                long id = LeaseTable.linkedLease(cursor.key());
                Bytes key = LeaseTable.linkedKey(cursor.key());
                if (leases.get(id) == null) {
                    missing("key " + key + " hangs on lease " + Long.toHexString(id) + ", which there is none of");
                } else if (!check.isLeased(key, id)) {
                    missing("key " + key + " hangs on lease " + Long.toHexString(id) + " without knowing");
                }
            }
        }
        if (leaseFindings > MOST_NAMED) {
            findings.add("leases: " + (leaseFindings - MOST_NAMED) + " more findings of this kind");
        } else if (leaseFindings == 0 && linksFound != linksExpected) {
            findings.add("leases: " + linksExpected + " keys have a lease, and " + linksFound + " hang on one" + CLEAR);
        }
    }

    private void missing(String finding) {
        if (++leaseFindings <= MOST_NAMED) {
            findings.add("leases: " + finding + CLEAR);
        }
    }

    private <T> @Nullable T read(String what, Supplier<T> reading) {
        try {
            return reading.get();
        } catch (StorageException e) {
            findings.add(what + ": " + e.getMessage() + REPLACE);
        } catch (RuntimeException e) {
            findings.add(what + ": can't be read (" + e.getMessage() + ")" + CLEAR);
        }
        return null;
    }

    private void news(String what) {
        long now = nanoClock.getAsLong();
        if (now - toldNanos >= NEWS_NANOS) {
            tell(what);
        }
    }

    private void tell(String what) {
        toldNanos = nanoClock.getAsLong();
        err.println(what);
    }
}
