package dev.mainstay.node.apply;

import dev.mainstay.node.command.Operation;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.lease.LeaseTable;
import dev.mainstay.node.mvcc.KvView;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks for what would make the chosen path of a transaction fail, before anything is changed: a transaction happens as a
 * whole or not at all. As in etcd every put is looked at before the first range.
 */
final class TxnCheck {

    private final KvView view;
    private final LeaseTable leases;
    private final List<KeyRange> deletedBefore = new ArrayList<>();

    private TxnCheck(KvView view, LeaseTable leases) {
        this.view = view;
        this.leases = leases;
    }

    /** Why the path can't be taken, {@code null} if it can. */
    static @Nullable ErrorCode check(KvView view, LeaseTable leases, TxnPlan plan) {
        ErrorCode refusal = new TxnCheck(view, leases).checkPuts(plan);
        return refusal != null ? refusal : checkRanges(view, plan);
    }

    /** Why a range of the path can't be answered, {@code null} if all can. */
    static @Nullable ErrorCode checkRanges(KvView view, TxnPlan plan) {
        int nested = 0;
        for (Operation operation : plan.operations()) {
            ErrorCode refusal = switch (operation) {
                case Operation.Range range -> checkRevision(view, range.query().revision());
                case Operation.Txn _ -> checkRanges(view, plan.nested().get(nested++));
                case Operation.Put _, Operation.DeleteRange _ -> null;
            };
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }

    private @Nullable ErrorCode checkPuts(TxnPlan plan) {
        int nested = 0;
        for (Operation operation : plan.operations()) {
            ErrorCode refusal = switch (operation) {
                case Operation.Put put -> checkPut(put);
                case Operation.Txn _ -> checkPuts(plan.nested().get(nested++));
                case Operation.DeleteRange delete -> {
                    deletedBefore.add(delete.range());
                    yield null;
                }
                case Operation.Range _ -> null;
            };
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }

    private @Nullable ErrorCode checkPut(Operation.Put put) {
        if ((put.ignoreValue() || put.ignoreLease()) && !existsAtItsTurn(put)) {
            return ErrorCode.KEY_NOT_FOUND;
        }
        return put.lease() != 0 && leases.get(put.lease()) == null ? ErrorCode.LEASE_NOT_FOUND : null;
    }

    /** A put may follow a delete of its own key, which leaves it nothing to keep. */
    private boolean existsAtItsTurn(Operation.Put put) {
        for (KeyRange deleted : deletedBefore) {
            if (deleted.contains(put.key())) {
                return false;
            }
        }
        return view.get(put.key()) != null;
    }

    /** Unlike a range of its own, one inside a transaction takes negative revisions at their word. */
    private static @Nullable ErrorCode checkRevision(KvView view, long revision) {
        if (revision == 0) {
            return null;
        }
        if (revision > view.revision()) {
            return ErrorCode.FUTURE_REVISION;
        }
        return revision < view.compactRevision() ? ErrorCode.COMPACTED : null;
    }
}
