package dev.mainstay.e2e.differential;

import dev.mainstay.etcd.proto.RequestOp;
import dev.mainstay.etcd.proto.TxnRequest;
import java.util.List;
import java.util.stream.Stream;

/**
 * Transactions by which the members of an etcd 3.5 cluster come to differ for good: a member that nobody waits at for the
 * answer leaves out the transaction's ranges. One with a range that is refused for its revision, compacted or in the future, is
 * then refused by the member that was asked, and applied by the others. Sequences for several members stay clear of them.
 */
final class UnevenTransactions {
    private UnevenTransactions() {}

    /** The same transaction, with all ranges at the newest revision if it writes anything. */
    static TxnRequest even(TxnRequest txn) {
        boolean reads = operations(txn).allMatch(RequestOp::hasRequestRange);
        return reads ? txn : atNewest(txn);
    }

    private static TxnRequest atNewest(TxnRequest txn) {
        TxnRequest.Builder even = txn.toBuilder().clearSuccess().clearFailure();
        atNewest(txn.getSuccessList()).forEach(even::addSuccess);
        atNewest(txn.getFailureList()).forEach(even::addFailure);
        return even.build();
    }

    private static Stream<RequestOp> atNewest(List<RequestOp> operations) {
        return operations.stream().map(operation -> {
            RequestOp.Builder even = operation.toBuilder();
            if (operation.hasRequestRange()) {
                even.getRequestRangeBuilder().clearRevision();
            } else if (operation.hasRequestTxn()) {
                even.setRequestTxn(atNewest(operation.getRequestTxn()));
            }
            return even.build();
        });
    }

    private static Stream<RequestOp> operations(TxnRequest txn) {
        return Stream.concat(txn.getSuccessList().stream(), txn.getFailureList().stream());
    }
}
