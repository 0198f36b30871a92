package dev.mainstay.node.apply;

import dev.mainstay.node.auth.AuthState;
import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.CommandBatch;
import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.RevisionEvents;
import dev.mainstay.node.lease.Lease;
import dev.mainstay.node.lease.LeaseTable;
import dev.mainstay.node.maintenance.Alarms;
import dev.mainstay.node.membership.MemberTable;
import dev.mainstay.node.membership.Members;
import dev.mainstay.node.mvcc.HashRead;
import dev.mainstay.node.mvcc.KvStore;
import dev.mainstay.node.storage.Cursor;
import dev.mainstay.node.storage.MemoryStore;
import dev.mainstay.node.storage.StoreTransaction;
import dev.mainstay.node.storage.Table;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** A whole core on a store in memory, without a log of its own. */
final class Replica {

    final MemoryStore store;
    final List<RevisionEvents> events = new ArrayList<>();
    KvStore kv;
    LeaseTable leases;
    Alarms alarms;
    MemberTable members;
    final List<Members> memberNews = new ArrayList<>();
    Applier applier;

    private Replica(MemoryStore store) {
        this.store = store;
        kv = KvStore.open(store);
        leases = LeaseTable.open(store);
        alarms = Alarms.open(store);
        members = MemberTable.open(store);
        applier = new Applier(store, kv, leases, alarms, members, events::addAll, (_, _) -> {}, memberNews::add);
    }

    static Replica empty() {
        return new Replica(new MemoryStore());
    }

    /** The same opened again, as by a member that hashed nothing yet when it wrote it. */
    Replica ofBeforeHashes() {
        byte[] position = "position".getBytes(StandardCharsets.UTF_8);
        byte[] row = Objects.requireNonNull(store.get(Applier.APPLIED, position));
        byte[] old = Arrays.copyOf(row, 1 + 3 * Long.BYTES);
        old[0] = 1;
        try (StoreTransaction changes = store.begin()) {
            changes.put(Applier.APPLIED, position, old);
            store.write(changes);
        }
        return new Replica(store);
    }

    /** What a crash right now leaves, opened again. */
    Replica afterCrash() {
        store.crash();
        return new Replica(store);
    }

    /** Another replica that starts from a copy of this one's state. */
    Replica fromSnapshot() {
        MemoryStore copy = new MemoryStore();
        try (StoreTransaction changes = copy.begin()) {
            for (Table table : Tables.all()) {
                try (Cursor cursor = store.cursor(table, null, null)) {
                    for (cursor.seek(new byte[0]); cursor.isValid(); cursor.next()) {
                        changes.put(table, cursor.key(), cursor.value());
                    }
                }
            }
            copy.write(changes);
        }
        return new Replica(copy);
    }

    /** Applies commands as the next entry, at the clock of the last. */
    List<Outcome> apply(Command... commands) {
        LogPosition next = new LogPosition(1, applier.applied().index() + 1);
        return applier.apply(next, List.of(new CommandBatch(applier.clockMillis(), List.of(commands))))
                .getFirst();
    }

    /** Applies one command as the next entry. */
    Outcome applyOne(Command command) {
        return apply(command).getFirst();
    }

    /** Everything that must be equal wherever the same log has been applied. */
    State state() {
        List<String> attachments = new ArrayList<>();
        for (Lease lease : leases.leases()) {
            attachments.add(lease + " " + leases.keys(lease.id()));
        }
        return new State(
                applier.applied(),
                applier.clockMillis(),
                kv.revision(),
                kv.compactRevision(),
                kv.hash(0),
                attachments,
                alarms.raised().toString(),
                members.now(),
                auth(),
                applier.stateHashes().newest());
    }

    private String auth() {
        AuthState now = applier.auth().now();
        return now.enabled() + " " + now.revision() + " " + now.users() + " " + now.roles();
    }

    /** A replica's state, comparable. */
    record State(
            LogPosition applied,
            long clockMillis,
            long revision,
            long compactRevision,
            HashRead hash,
            List<String> leases,
            String alarms,
            Members members,
            String auth,
            StateHashes.At stateHash) {}
}
