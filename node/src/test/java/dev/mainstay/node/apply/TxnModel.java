package dev.mainstay.node.apply;

import dev.mainstay.node.command.Comparison;
import dev.mainstay.node.command.Operation;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.command.RangeQuery;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.Event;
import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.common.KeyValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What etcd's contract says about transactions, in the plainest form: a copied map for every revision. */
final class TxnModel {

    final TreeSet<Long> leases = new TreeSet<>();
    final List<Event> events = new ArrayList<>();
    long revision = 1;
    long compactRevision = -1;

    private final Map<Long, TreeMap<Bytes, KeyValue>> states = new TreeMap<>();
    private TreeMap<Bytes, KeyValue> now = new TreeMap<>();
    private boolean changed;

    TxnModel() {
        states.put(1L, now);
    }

    Outcome txn(Operation.Txn txn) {
        events.clear();
        changed = false;
        Map<Bytes, KeyValue> before = latest();
        ErrorCode refusal = checkPuts(before, txn, new ArrayList<>());
        refusal = refusal != null ? refusal : checkRanges(before, txn);
        if (refusal != null) {
            return new Outcome.Refused(refusal);
        }
        now = new TreeMap<>(before);
        Outcome.TxnDone done = execute(before, txn);
        if (changed) {
            states.put(revision, now);
        }
        return new Outcome.TxnDone(revision, done.succeeded(), done.results());
    }

    @Nullable
    ErrorCode compact(long to) {
        if (to <= compactRevision) {
            return ErrorCode.COMPACTED;
        }
        if (to > revision) {
            return ErrorCode.FUTURE_REVISION;
        }
        compactRevision = to;
        return null;
    }

    private Map<Bytes, KeyValue> latest() {
        Map<Bytes, KeyValue> state = states.get(revision);
        if (state == null) {
            throw new IllegalStateException("no state at " + revision);
        }
        return state;
    }

    private static List<Operation> chosen(Map<Bytes, KeyValue> before, Operation.Txn txn) {
        return succeeds(before, txn) ? txn.success() : txn.failure();
    }

    private static boolean succeeds(Map<Bytes, KeyValue> before, Operation.Txn txn) {
        return txn.comparisons().stream().allMatch(comparison -> holds(before, comparison));
    }

    private static boolean holds(Map<Bytes, KeyValue> before, Comparison comparison) {
        List<KeyValue> found = in(before, comparison.range());
        if (found.isEmpty()) {
            KeyValue zeros = new KeyValue(Bytes.EMPTY, 0, 0, 0, Bytes.EMPTY, 0);
            return comparison.target() != Comparison.Target.VALUE && holds(comparison, zeros);
        }
        return found.stream().allMatch(kv -> holds(comparison, kv));
    }

    private static boolean holds(Comparison comparison, KeyValue kv) {
        int sign = switch (comparison.target()) {
            case VERSION -> Long.signum(kv.version() - comparison.number());
            case CREATE -> Long.signum(kv.createRevision() - comparison.number());
            case MOD -> Long.signum(kv.modRevision() - comparison.number());
            case LEASE -> Long.signum(kv.lease() - comparison.number());
            case VALUE -> Integer.signum(kv.value().compareTo(comparison.value()));
        };
        return switch (comparison.result()) {
            case EQUAL -> sign == 0;
            case NOT_EQUAL -> sign != 0;
            case GREATER -> sign == 1;
            case LESS -> sign == -1;
        };
    }

    private @Nullable ErrorCode checkPuts(Map<Bytes, KeyValue> before, Operation.Txn txn, List<KeyRange> deleted) {
        for (Operation operation : chosen(before, txn)) {
            ErrorCode refusal = null;
            switch (operation) {
                case Operation.Put put -> {
                    boolean gone = deleted.stream().anyMatch(range -> range.contains(put.key()));
                    if ((put.ignoreValue() || put.ignoreLease()) && (gone || !before.containsKey(put.key()))) {
                        refusal = ErrorCode.KEY_NOT_FOUND;
                    } else if (put.lease() != 0 && !leases.contains(put.lease())) {
                        refusal = ErrorCode.LEASE_NOT_FOUND;
                    }
                }
                case Operation.DeleteRange delete -> deleted.add(delete.range());
                case Operation.Txn inner -> refusal = checkPuts(before, inner, deleted);
                case Operation.Range _ -> {}
            }
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }

    private @Nullable ErrorCode checkRanges(Map<Bytes, KeyValue> before, Operation.Txn txn) {
        for (Operation operation : chosen(before, txn)) {
            if (operation instanceof Operation.Txn inner) {
                ErrorCode refusal = checkRanges(before, inner);
                if (refusal != null) {
                    return refusal;
                }
            }
            if (operation instanceof Operation.Range range && range.query().revision() != 0) {
                if (range.query().revision() > revision) {
                    return ErrorCode.FUTURE_REVISION;
                }
                if (range.query().revision() < compactRevision) {
                    return ErrorCode.COMPACTED;
                }
            }
        }
        return null;
    }

    private Outcome.TxnDone execute(Map<Bytes, KeyValue> before, Operation.Txn txn) {
        List<Outcome> results = new ArrayList<>();
        for (Operation operation : chosen(before, txn)) {
            results.add(
                    switch (operation) {
                        case Operation.Put put -> put(put);
                        case Operation.DeleteRange delete -> delete(delete);
                        case Operation.Range range -> range(range.query());
                        case Operation.Txn inner -> execute(before, inner);
                    });
        }
        return new Outcome.TxnDone(0, succeeds(before, txn), results);
    }

    private Outcome put(Operation.Put put) {
        takeRevision();
        KeyValue old = now.get(put.key());
        Bytes value = put.ignoreValue() && old != null ? old.value() : put.value();
        long lease = put.ignoreLease() && old != null ? old.lease() : put.lease();
        long create = old == null ? revision : old.createRevision();
        KeyValue written = new KeyValue(put.key(), create, revision, old == null ? 1 : old.version() + 1, value, lease);
        now.put(put.key(), written);
        events.add(new Event(Event.Type.PUT, written, create == revision ? null : previous(put.key())));
        return new Outcome.PutDone(revision, put.prevKv() ? old : null);
    }

    private Outcome delete(Operation.DeleteRange delete) {
        List<KeyValue> gone = in(now, delete.range());
        if (!gone.isEmpty()) {
            takeRevision();
        }
        for (KeyValue kv : gone) {
            now.remove(kv.key());
            events.add(Event.delete(kv.key(), revision, previous(kv.key())));
        }
        return new Outcome.Deleted(revision, gone.size(), delete.prevKv() ? gone : List.of());
    }

    private Outcome range(RangeQuery query) {
        Map<Bytes, KeyValue> at = query.revision() <= 0 ? now : states.get(query.revision());
        if (at == null) {
            throw new IllegalStateException("no state at " + query.revision());
        }
        List<KeyValue> all = in(at, query.range());
        long limit = query.limit() > 0 ? query.limit() : Long.MAX_VALUE;
        List<KeyValue> kvs = all.stream().limit(limit).toList();
        return new Outcome.Ranged(revision, kvs, kvs.size() < all.size(), all.size());
    }

    private void takeRevision() {
        if (!changed) {
            revision++;
            changed = true;
        }
    }

    /** The key as it was before the whole transaction. */
    private @Nullable KeyValue previous(Bytes key) {
        Map<Bytes, KeyValue> before = states.get(revision - 1);
        return before == null ? null : before.get(key);
    }

    private static List<KeyValue> in(Map<Bytes, KeyValue> state, KeyRange range) {
        return state.values().stream().filter(kv -> range.contains(kv.key())).toList();
    }
}
