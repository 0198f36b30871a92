package dev.mainstay.node.apply;

import dev.mainstay.node.command.Operation;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.mvcc.KvView;
import java.util.ArrayList;
import java.util.List;

/** Transactions that only read: they need no log entry, just a view. Any thread that owns the view. */
public final class ReadTxn {

    private ReadTxn() {}

    /** Whether neither branch holds anything but ranges. A nested transaction counts as a write, as in etcd. */
    public static boolean isReadOnly(Operation.Txn txn) {
        return onlyRanges(txn.success()) && onlyRanges(txn.failure());
    }

    /** Answers a read-only transaction with {@link Outcome.TxnDone}, or refuses the revision of one of its ranges. */
    public static Outcome evaluate(KvView view, Operation.Txn txn) {
        TxnPlan plan = TxnPlan.choose(view, txn);
        ErrorCode refusal = TxnCheck.checkRanges(view, plan);
        if (refusal != null) {
            return new Outcome.Refused(refusal);
        }
        List<Outcome> results = new ArrayList<>(plan.operations().size());
        for (Operation operation : plan.operations()) {
            if (!(operation instanceof Operation.Range range)) {
                throw new IllegalArgumentException("not a read-only transaction");
            }
            Outcome result = view.range(range.query());
            if (result instanceof Outcome.Refused) {
                return result;
            }
            results.add(result);
        }
        return new Outcome.TxnDone(view.revision(), plan.succeeded(), results);
    }

    private static boolean onlyRanges(List<Operation> operations) {
        for (Operation operation : operations) {
            if (!(operation instanceof Operation.Range)) {
                return false;
            }
        }
        return true;
    }
}
