package dev.mainstay.e2e.chaos;

import com.google.protobuf.ByteString;
import dev.mainstay.e2e.linear.Answer;
import dev.mainstay.e2e.linear.Change;
import dev.mainstay.e2e.linear.Guard;
import dev.mainstay.e2e.linear.Keys;
import dev.mainstay.e2e.linear.Pair;
import dev.mainstay.e2e.linear.Request;
import dev.mainstay.e2e.linear.Step;
import dev.mainstay.etcd.proto.Compare;
import dev.mainstay.etcd.proto.DeleteRangeRequest;
import dev.mainstay.etcd.proto.DeleteRangeResponse;
import dev.mainstay.etcd.proto.Event;
import dev.mainstay.etcd.proto.KVGrpc;
import dev.mainstay.etcd.proto.KeyValue;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.PutResponse;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RangeResponse;
import dev.mainstay.etcd.proto.RequestOp;
import dev.mainstay.etcd.proto.ResponseHeader;
import dev.mainstay.etcd.proto.ResponseOp;
import dev.mainstay.etcd.proto.TxnRequest;
import dev.mainstay.etcd.proto.TxnResponse;
import java.util.List;

/** Sends the model's requests as the API has them: the simple ones by their own calls, the others as transactions. */
final class Wire {
    private Wire() {}

    /** Sends a request and returns what was answered; throws whatever the call throws. */
    static Reply send(KVGrpc.KVBlockingStub kv, Request request) {
        if (request.guards().isEmpty() && request.then().size() == 1) {
            return switch (request.then().getFirst()) {
                case Step.Put put -> {
                    PutResponse response = kv.put(put(put));
                    yield reply(response.getHeader(), before(response));
                }
                case Step.Delete delete -> {
                    DeleteRangeResponse response = kv.deleteRange(delete(delete));
                    yield reply(response.getHeader(), pairs(response.getPrevKvsList()));
                }
                case Step.Get get -> {
                    RangeResponse response = kv.range(get(get, request.serializable()));
                    yield reply(response.getHeader(), pairs(response.getKvsList()));
                }
            };
        }
        TxnResponse response = kv.txn(transaction(request));
        return new Reply(
                response.getHeader().getMemberId(),
                new Answer(
                        response.getHeader().getRevision(),
                        response.getSucceeded(),
                        response.getResponsesList().stream().map(Wire::found).toList()));
    }

    /** The change a watch event tells. */
    static Change change(Event event) {
        return event.getType() == Event.EventType.PUT
                ? Change.put(pair(event.getKv()))
                : Change.deletion(
                        event.getKv().getKey().toStringUtf8(), event.getKv().getModRevision());
    }

    static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    private static Reply reply(ResponseHeader header, List<Pair> found) {
        return new Reply(header.getMemberId(), new Answer(header.getRevision(), true, List.of(found)));
    }

    private static TxnRequest transaction(Request request) {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        for (Guard guard : request.guards()) {
            txn.addCompare(Compare.newBuilder()
                    .setKey(bytes(guard.key()))
                    .setTarget(Compare.CompareTarget.MOD)
                    .setResult(Compare.CompareResult.EQUAL)
                    .setModRevision(guard.modified()));
        }
        request.then().forEach(step -> txn.addSuccess(operation(step)));
        request.otherwise().forEach(step -> txn.addFailure(operation(step)));
        return txn.build();
    }

    private static RequestOp operation(Step step) {
        RequestOp.Builder operation = RequestOp.newBuilder();
        switch (step) {
            case Step.Put put -> operation.setRequestPut(put(put));
            case Step.Delete delete -> operation.setRequestDeleteRange(delete(delete));
            case Step.Get get -> operation.setRequestRange(get(get, false));
        }
        return operation.build();
    }

    private static PutRequest put(Step.Put put) {
        return PutRequest.newBuilder()
                .setKey(bytes(put.key()))
                .setValue(bytes(put.value()))
                .setPrevKv(true)
                .build();
    }

    private static DeleteRangeRequest delete(Step.Delete delete) {
        return DeleteRangeRequest.newBuilder()
                .setKey(bytes(delete.keys().first()))
                .setRangeEnd(bytes(delete.keys().end()))
                .setPrevKv(true)
                .build();
    }

    private static RangeRequest get(Step.Get get, boolean serializable) {
        Keys keys = get.keys();
        return RangeRequest.newBuilder()
                .setKey(bytes(keys.first()))
                .setRangeEnd(bytes(keys.end()))
                .setSerializable(serializable)
                .build();
    }

    private static List<Pair> found(ResponseOp response) {
        return switch (response.getResponseCase()) {
            case RESPONSE_PUT -> before(response.getResponsePut());
            case RESPONSE_DELETE_RANGE ->
                pairs(response.getResponseDeleteRange().getPrevKvsList());
            case RESPONSE_RANGE -> pairs(response.getResponseRange().getKvsList());
            case RESPONSE_TXN, RESPONSE_NOT_SET -> throw new IllegalStateException("unasked answer " + response);
        };
    }

    private static List<Pair> before(PutResponse response) {
        return response.hasPrevKv() ? List.of(pair(response.getPrevKv())) : List.of();
    }

    private static List<Pair> pairs(List<KeyValue> pairs) {
        return pairs.stream().map(Wire::pair).toList();
    }

    private static Pair pair(KeyValue pair) {
        return new Pair(
                pair.getKey().toStringUtf8(),
                pair.getValue().toStringUtf8(),
                pair.getCreateRevision(),
                pair.getModRevision(),
                pair.getVersion());
    }
}
