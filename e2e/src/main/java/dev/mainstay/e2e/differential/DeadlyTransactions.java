package dev.mainstay.e2e.differential;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.RequestOp;
import dev.mainstay.etcd.proto.TxnRequest;
import java.util.List;
import java.util.stream.Stream;

/**
 * Transactions that etcd 3.5 doesn't survive: it checks {@code ignore_value} and {@code ignore_lease} against the state
 * before the transaction, and when an earlier operation then deletes the key, the put fails half-way and the server
 * panics. The duplicate-key rule mostly prevents that, but has two holes (contract 2.8): deletes with an open end, and
 * nested transactions. Sequences stay clear of them; what we answer is shown by a test of its own.
 */
final class DeadlyTransactions {
    private static final ByteString OPEN_END = ByteString.copyFrom(new byte[] {0});

    private DeadlyTransactions() {}

    /** Whether one of the holes is there. */
    static boolean mayDeleteWhatItPuts(TxnRequest txn) {
        return operations(txn).anyMatch(operation -> switch (operation.getRequestCase()) {
            case REQUEST_DELETE_RANGE ->
                operation.getRequestDeleteRange().getRangeEnd().equals(OPEN_END);
            case REQUEST_TXN -> deletes(operation.getRequestTxn());
            default -> false;
        });
    }

    /** The same transaction without the two options. */
    static TxnRequest disarm(TxnRequest txn) {
        TxnRequest.Builder disarmed = txn.toBuilder().clearSuccess().clearFailure();
        disarm(txn.getSuccessList()).forEach(disarmed::addSuccess);
        disarm(txn.getFailureList()).forEach(disarmed::addFailure);
        return disarmed.build();
    }

    private static Stream<RequestOp> disarm(List<RequestOp> operations) {
        return operations.stream().map(operation -> {
            RequestOp.Builder disarmed = operation.toBuilder();
            if (operation.hasRequestPut()) {
                disarmed.getRequestPutBuilder().clearIgnoreValue().clearIgnoreLease();
            } else if (operation.hasRequestTxn()) {
                disarmed.setRequestTxn(disarm(operation.getRequestTxn()));
            }
            return disarmed.build();
        });
    }

    private static boolean deletes(TxnRequest txn) {
        return operations(txn).anyMatch(RequestOp::hasRequestDeleteRange);
    }

    /** All operations at all levels. */
    private static Stream<RequestOp> operations(TxnRequest txn) {
        return Stream.concat(txn.getSuccessList().stream(), txn.getFailureList().stream())
                .flatMap(operation -> operation.hasRequestTxn()
                        ? Stream.concat(Stream.of(operation), operations(operation.getRequestTxn()))
                        : Stream.of(operation));
    }
}
