package dev.mainstay.node.api;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.DeleteRangeRequest;
import dev.mainstay.etcd.proto.RequestOp;
import dev.mainstay.etcd.proto.TxnRequest;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.ErrorCode;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a transaction that would write one key twice: two puts of a key, or a put and a deletion that covers it, within one
 * branch and what is nested in it. Puts in the two branches of one nested transaction don't meet, since only one of them runs.
 *
 * <p>Two holes are etcd's, and clients lean on them: a nested put and the deletion in a <em>later</em> sibling don't meet, and
 * a deletion with an open end meets nothing.
 */
final class TxnKeys {

    private final Set<Bytes> puts = new HashSet<>();
    private final Ranges deletes = new Ranges();
    private boolean duplicate;

    private TxnKeys() {}

    static @Nullable ErrorCode check(TxnRequest request) {
        return collect(request.getSuccessList()).duplicate || collect(request.getFailureList()).duplicate
                ? ErrorCode.DUPLICATE_KEY
                : null;
    }

    /** What one branch writes; incomplete once a duplicate is found. */
    private static TxnKeys collect(List<RequestOp> branch) {
        TxnKeys keys = new TxnKeys();
        for (RequestOp operation : branch) {
            if (operation.hasRequestDeleteRange()) {
                keys.deletes.add(operation.getRequestDeleteRange());
            }
        }
        for (RequestOp operation : branch) {
            if (operation.hasRequestTxn() && !keys.duplicate) {
                keys.addNested(operation.getRequestTxn());
            }
        }
        for (RequestOp operation : branch) {
            if (operation.hasRequestPut()) {
                keys.addPut(KvRequests.bytes(operation.getRequestPut().getKey()));
            }
        }
        return keys;
    }

    private void addNested(TxnRequest nested) {
        TxnKeys success = collect(nested.getSuccessList());
        TxnKeys failure = collect(nested.getFailureList());
        duplicate |= success.duplicate || failure.duplicate;
        for (Bytes key : success.puts) {
            addPut(key);
        }
        for (Bytes key : failure.puts) {
            if (!success.puts.contains(key)) {
                addPut(key);
            }
        }
        deletes.addAll(success.deletes);
        deletes.addAll(failure.deletes);
    }

    private void addPut(Bytes key) {
        if (!puts.add(key) || deletes.contain(key)) {
            duplicate = true;
        }
    }

    /** A union of half-open ranges, kept as disjoint ones: start → end. */
    private static final class Ranges {

        private final TreeMap<Bytes, Bytes> ends = new TreeMap<>();

        void add(DeleteRangeRequest delete) {
            Bytes from = KvRequests.bytes(delete.getKey());
            ByteString rangeEnd = delete.getRangeEnd();
            add(from, rangeEnd.isEmpty() ? from.successor() : KvRequests.bytes(rangeEnd));
        }

        void addAll(Ranges others) {
            others.ends.forEach(this::add);
        }

        boolean contain(Bytes key) {
            Map.Entry<Bytes, Bytes> before = ends.floorEntry(key);
            return before != null && key.compareTo(before.getValue()) < 0;
        }

        private void add(Bytes from, Bytes to) {
            if (from.compareTo(to) >= 0) {
                return;
            }
            Bytes start = from;
            Bytes end = to;
            Map.Entry<Bytes, Bytes> before = ends.floorEntry(start);
            if (before != null && before.getValue().compareTo(start) >= 0) {
                start = before.getKey();
                end = max(end, before.getValue());
            }
            Map<Bytes, Bytes> covered = ends.subMap(start, true, end, true);
            for (Bytes coveredEnd : covered.values()) {
                end = max(end, coveredEnd);
            }
            covered.clear();
            ends.put(start, end);
        }

        private static Bytes max(Bytes a, Bytes b) {
            return a.compareTo(b) >= 0 ? a : b;
        }
    }
}
