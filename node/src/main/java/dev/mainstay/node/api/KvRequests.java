package dev.mainstay.node.api;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.Compare;
import dev.mainstay.etcd.proto.DeleteRangeRequest;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RequestOp;
import dev.mainstay.etcd.proto.TxnRequest;
import dev.mainstay.node.command.Comparison;
import dev.mainstay.node.command.Operation;
import dev.mainstay.node.command.RangeQuery;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.KeyRange;
import java.util.ArrayList;
import java.util.List;

/** Translates checked key-value requests into the words of the core. */
final class KvRequests {

    /** Stands for a comparison with a target that etcd doesn't know: it compares as equal, whatever is stored. */
    private static final Comparison NEVER = new Comparison(
            KeyRange.single(Bytes.wrap(new byte[1])),
            Comparison.Target.VERSION,
            Comparison.Result.LESS,
            0,
            Bytes.EMPTY);

    private KvRequests() {}

    static Bytes bytes(ByteString text) {
        return text.isEmpty() ? Bytes.EMPTY : Bytes.wrap(text.toByteArray());
    }

    static RangeQuery range(RangeRequest request) {
        return new RangeQuery(
                KeyRange.of(bytes(request.getKey()), bytes(request.getRangeEnd())),
                request.getLimit(),
                request.getRevision(),
                switch (request.getSortOrder()) {
                    case ASCEND -> RangeQuery.SortOrder.ASCEND;
                    case DESCEND -> RangeQuery.SortOrder.DESCEND;
                    case NONE, UNRECOGNIZED -> RangeQuery.SortOrder.NONE;
                },
                switch (request.getSortTarget()) {
                    case VERSION -> RangeQuery.SortTarget.VERSION;
                    case CREATE -> RangeQuery.SortTarget.CREATE;
                    case MOD -> RangeQuery.SortTarget.MOD;
                    case VALUE -> RangeQuery.SortTarget.VALUE;
                    case KEY, UNRECOGNIZED -> RangeQuery.SortTarget.KEY;
                },
                request.getKeysOnly(),
                request.getCountOnly(),
                request.getMinModRevision(),
                request.getMaxModRevision(),
                request.getMinCreateRevision(),
                request.getMaxCreateRevision());
    }

    static Operation.Put put(PutRequest request) {
        return new Operation.Put(
                bytes(request.getKey()),
                bytes(request.getValue()),
                request.getLease(),
                request.getPrevKv(),
                request.getIgnoreValue(),
                request.getIgnoreLease());
    }

    static Operation.DeleteRange deleteRange(DeleteRangeRequest request) {
        return new Operation.DeleteRange(
                KeyRange.of(bytes(request.getKey()), bytes(request.getRangeEnd())), request.getPrevKv());
    }

    static Operation.Txn txn(TxnRequest request) {
        List<Comparison> comparisons = new ArrayList<>(request.getCompareCount());
        for (Compare compare : request.getCompareList()) {
            if (compare.getResult() == Compare.CompareResult.UNRECOGNIZED) {
                continue;
            }
            if (compare.getTarget() != Compare.CompareTarget.UNRECOGNIZED) {
                comparisons.add(comparison(compare));
            } else if (compare.getResult() != Compare.CompareResult.EQUAL) {
                comparisons.add(NEVER);
            }
        }
        return new Operation.Txn(
                comparisons, operations(request.getSuccessList()), operations(request.getFailureList()));
    }

    private static List<Operation> operations(List<RequestOp> requests) {
        List<Operation> operations = new ArrayList<>(requests.size());
        for (RequestOp request : requests) {
            operations.add(
                    switch (request.getRequestCase()) {
                        case REQUEST_RANGE -> new Operation.Range(range(request.getRequestRange()));
                        case REQUEST_PUT -> put(request.getRequestPut());
                        case REQUEST_DELETE_RANGE -> deleteRange(request.getRequestDeleteRange());
                        case REQUEST_TXN -> txn(request.getRequestTxn());
                        case REQUEST_NOT_SET -> throw new IllegalArgumentException("an unchecked operation");
                    });
        }
        return operations;
    }

    private static Comparison comparison(Compare compare) {
        KeyRange range = KeyRange.of(bytes(compare.getKey()), bytes(compare.getRangeEnd()));
        Comparison.Result result = switch (compare.getResult()) {
            case EQUAL, UNRECOGNIZED -> Comparison.Result.EQUAL;
            case GREATER -> Comparison.Result.GREATER;
            case LESS -> Comparison.Result.LESS;
            case NOT_EQUAL -> Comparison.Result.NOT_EQUAL;
        };
        return switch (compare.getTarget()) {
            case VERSION -> number(range, Comparison.Target.VERSION, result, compare.getVersion());
            case CREATE -> number(range, Comparison.Target.CREATE, result, compare.getCreateRevision());
            case MOD -> number(range, Comparison.Target.MOD, result, compare.getModRevision());
            case LEASE -> number(range, Comparison.Target.LEASE, result, compare.getLease());
            case VALUE -> new Comparison(range, Comparison.Target.VALUE, result, 0, bytes(compare.getValue()));
            case UNRECOGNIZED -> throw new IllegalArgumentException("an unknown target");
        };
    }

    private static Comparison number(KeyRange range, Comparison.Target target, Comparison.Result result, long number) {
        return new Comparison(range, target, result, number, Bytes.EMPTY);
    }
}
