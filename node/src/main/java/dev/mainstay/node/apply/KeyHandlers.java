package dev.mainstay.node.apply;

import dev.mainstay.node.command.Operation;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.Invariant;
import dev.mainstay.node.common.KeyValue;
import dev.mainstay.node.lease.LeaseTable;
import dev.mainstay.node.mvcc.KvWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Puts, deletions and transactions, with the attachment of keys to leases. The hot path of apply. */
final class KeyHandlers {

    private final LeaseTable leases;

    KeyHandlers(LeaseTable leases) {
        this.leases = leases;
    }

    Outcome put(LogEntry entry, Operation.Put put) {
        if (put.lease() != 0 && leases.get(put.lease()) == null) {
            return new Outcome.Refused(ErrorCode.LEASE_NOT_FOUND);
        }
        if ((put.ignoreValue() || put.ignoreLease()) && entry.kv().get(put.key()) == null) {
            return new Outcome.Refused(ErrorCode.KEY_NOT_FOUND);
        }
        return makePut(entry, put);
    }

    Outcome delete(LogEntry entry, Operation.DeleteRange delete) {
        KvWriter kv = entry.kv();
        if (delete.range().isSingle()) {
            KeyValue previous = kv.delete(delete.range().from());
            if (previous == null) {
                return new Outcome.Deleted(kv.revision(), 0, List.of());
            }
            detach(entry, previous);
            return new Outcome.Deleted(kv.revision(), 1, delete.prevKv() ? List.of(previous) : List.of());
        }
        List<KeyValue> previous = kv.deleteRange(delete.range());
        for (KeyValue gone : previous) {
            detach(entry, gone);
        }
        return new Outcome.Deleted(kv.revision(), previous.size(), delete.prevKv() ? previous : List.of());
    }

    Outcome txn(LogEntry entry, Operation.Txn txn) {
        TxnPlan plan = TxnPlan.choose(entry.kv(), txn);
        ErrorCode refusal = TxnCheck.check(entry.kv(), leases, plan);
        if (refusal != null) {
            return new Outcome.Refused(refusal);
        }
        List<Outcome> results = execute(entry, plan);
        return new Outcome.TxnDone(entry.kv().revision(), plan.succeeded(), results);
    }

    /** Deletes the keys of a lease that ends, in key order. */
    void deleteKeysOf(LogEntry entry, long lease) {
        for (Bytes key : leases.keys(entry.changes(), lease)) {
            KeyValue gone = entry.kv().delete(key);
            Invariant.check(gone != null && gone.lease() == lease, "key %s is not attached to lease %d", key, lease);
            leases.detach(entry.changes(), lease, key);
        }
    }

    private List<Outcome> execute(LogEntry entry, TxnPlan plan) {
        List<Outcome> results = new ArrayList<>(plan.operations().size());
        int nested = 0;
        for (Operation operation : plan.operations()) {
            results.add(
                    switch (operation) {
                        case Operation.Range range -> range(entry, range);
                        case Operation.Put put -> makePut(entry, put);
                        case Operation.DeleteRange delete -> delete(entry, delete);
                        case Operation.Txn _ -> {
                            TxnPlan inner = plan.nested().get(nested++);
                            yield new Outcome.TxnDone(0, inner.succeeded(), execute(entry, inner));
                        }
                    });
        }
        return results;
    }

    private static Outcome range(LogEntry entry, Operation.Range range) {
        Outcome answer = entry.kv().range(range.query());
        Invariant.check(answer instanceof Outcome.Ranged, "a checked range was refused: %s", answer);
        return answer;
    }

    /** Puts what has been checked before. */
    private Outcome makePut(LogEntry entry, Operation.Put put) {
        KvWriter kv = entry.kv();
        Bytes value = put.value();
        long lease = put.lease();
        if (put.ignoreValue() || put.ignoreLease()) {
            KeyValue current = Objects.requireNonNull(kv.get(put.key()), "a checked put has nothing to keep");
            value = put.ignoreValue() ? current.value() : value;
            lease = put.ignoreLease() ? current.lease() : lease;
        }
        KeyValue previous = kv.put(put.key(), value, lease);
        long attachedBefore = previous == null ? 0 : previous.lease();
        if (attachedBefore != lease) {
            if (attachedBefore != 0) {
                leases.detach(entry.changes(), attachedBefore, put.key());
            }
            if (lease != 0) {
                leases.attach(entry.changes(), lease, put.key());
            }
        }
        return new Outcome.PutDone(kv.revision(), put.prevKv() ? previous : null);
    }

    private void detach(LogEntry entry, KeyValue gone) {
        if (gone.lease() != 0) {
            leases.detach(entry.changes(), gone.lease(), gone.key());
        }
    }
}
