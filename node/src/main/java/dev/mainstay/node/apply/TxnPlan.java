package dev.mainstay.node.apply;

import dev.mainstay.node.command.Operation;
import dev.mainstay.node.mvcc.KvView;
import java.util.ArrayList;
import java.util.List;

/**
 * The branches a transaction takes, chosen at all levels of nesting from the state before its first operation.
 *
 * @param succeeded whether the conditions held
 * @param operations the chosen branch
 * @param nested a plan for each nested transaction of the chosen branch, in order
 */
record TxnPlan(boolean succeeded, List<Operation> operations, List<TxnPlan> nested) {

    static TxnPlan choose(KvView view, Operation.Txn txn) {
        boolean succeeded = Comparisons.allHold(view, txn.comparisons());
        List<Operation> operations = succeeded ? txn.success() : txn.failure();
        List<TxnPlan> nested = List.of();
        for (Operation operation : operations) {
            if (operation instanceof Operation.Txn inner) {
                if (nested.isEmpty()) {
                    nested = new ArrayList<>();
                }
                nested.add(choose(view, inner));
            }
        }
        return new TxnPlan(succeeded, operations, nested);
    }
}
