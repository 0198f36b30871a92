package dev.mainstay.node.api;

import dev.mainstay.etcd.proto.Compare;
import dev.mainstay.etcd.proto.DeleteRangeRequest;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RequestOp;
import dev.mainstay.etcd.proto.TxnRequest;
import dev.mainstay.node.common.ErrorCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The checks of key-value requests that need no state, in etcd's order: the first that fails is the answer. Every method
 * answers {@code null} for a request that may go on.
 */
public final class KvChecks {

    /**
     * What a request grows by in etcd's log, whose entries are what {@code --max-request-bytes} limits: an entry header with
     * an id, and tag and length of the request.
     */
    private static final int ENTRY_BYTES = 18;

    private final int maxTxnOps;
    private final int maxRequestBytes;

    /**
     * @param maxTxnOps the most compares or operations, along one path of nested transactions
     * @param maxRequestBytes the largest log entry, in bytes
     */
    public KvChecks(int maxTxnOps, int maxRequestBytes) {
        this.maxTxnOps = maxTxnOps;
        this.maxRequestBytes = maxRequestBytes;
    }

    /** Checks a range. */
    public @Nullable ErrorCode range(RangeRequest request) {
        if (request.getKey().isEmpty()) {
            return ErrorCode.EMPTY_KEY;
        }
        if (request.getSortOrder() == RangeRequest.SortOrder.UNRECOGNIZED
                || request.getSortTarget() == RangeRequest.SortTarget.UNRECOGNIZED) {
            return ErrorCode.INVALID_SORT_OPTION;
        }
        return null;
    }

    /** Checks a range whose answer is streamed. */
    public @Nullable ErrorCode rangeStream(RangeRequest request) {
        ErrorCode refusal = range(request);
        if (refusal != null) {
            return refusal;
        }
        if (request.getSortTarget() != RangeRequest.SortTarget.KEY
                || request.getSortOrder() == RangeRequest.SortOrder.DESCEND) {
            return ErrorCode.RANGE_STREAM_SORT;
        }
        return KvRequests.range(request).hasRevisionFilter() ? ErrorCode.RANGE_STREAM_FILTER : null;
    }

    /** Checks a put. */
    public @Nullable ErrorCode put(PutRequest request) {
        if (request.getKey().isEmpty()) {
            return ErrorCode.EMPTY_KEY;
        }
        if (request.getIgnoreValue() && !request.getValue().isEmpty()) {
            return ErrorCode.VALUE_PROVIDED;
        }
        if (request.getIgnoreLease() && request.getLease() != 0) {
            return ErrorCode.LEASE_PROVIDED;
        }
        return null;
    }

    /** Checks a deletion. */
    public @Nullable ErrorCode deleteRange(DeleteRangeRequest request) {
        return request.getKey().isEmpty() ? ErrorCode.EMPTY_KEY : null;
    }

    /** Checks a transaction with all that is nested in it. */
    public @Nullable ErrorCode txn(TxnRequest request) {
        ErrorCode refusal = txn(request, maxTxnOps);
        return refusal != null ? refusal : TxnKeys.check(request);
    }

    /** Checks the size of a request that goes into the log, last of all. */
    public @Nullable ErrorCode size(int encodedBytes) {
        return encodedBytes + ENTRY_BYTES > maxRequestBytes ? ErrorCode.REQUEST_TOO_LARGE : null;
    }

    private @Nullable ErrorCode txn(TxnRequest request, int budget) {
        int operations =
                Math.max(request.getCompareCount(), Math.max(request.getSuccessCount(), request.getFailureCount()));
        if (operations > budget) {
            return ErrorCode.TOO_MANY_OPS;
        }
        for (Compare compare : request.getCompareList()) {
            if (compare.getKey().isEmpty()) {
                return ErrorCode.EMPTY_KEY;
            }
        }
        ErrorCode refusal = operations(request.getSuccessList(), budget - operations);
        return refusal != null ? refusal : operations(request.getFailureList(), budget - operations);
    }

    private @Nullable ErrorCode operations(List<RequestOp> operations, int budget) {
        for (RequestOp operation : operations) {
            ErrorCode refusal = switch (operation.getRequestCase()) {
                case REQUEST_RANGE -> range(operation.getRequestRange());
                case REQUEST_PUT -> put(operation.getRequestPut());
                case REQUEST_DELETE_RANGE -> deleteRange(operation.getRequestDeleteRange());
                case REQUEST_TXN -> txn(operation.getRequestTxn(), budget);
                case REQUEST_NOT_SET -> ErrorCode.KEY_NOT_FOUND;
            };
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }
}
