package dev.mainstay.node.api;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.mainstay.etcd.proto.Compare;
import dev.mainstay.etcd.proto.DeleteRangeRequest;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RequestOp;
import dev.mainstay.etcd.proto.TxnRequest;
import dev.mainstay.node.apply.Applier;
import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.CommandBatch;
import dev.mainstay.node.command.CommandCodec;
import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.lease.LeaseTable;
import dev.mainstay.node.maintenance.Alarms;
import dev.mainstay.node.membership.MemberTable;
import dev.mainstay.node.mvcc.KvStore;
import dev.mainstay.node.storage.MemoryStore;
import java.util.List;

/**
 * Any bytes are a transaction that the checks refuse, or one that goes through the log and is applied. What is applied is
 * beyond all refusals: an exception there would stop every member.
 */
public final class RequestFuzz {

    private static final int MAX_TXN_OPS = 128;
    private static final int MAX_BYTES = 1_572_864;

    private RequestFuzz() {}

    /** One input of the fuzzer: two transactions, the second one parsed from the later half, applied in turn. */
    public static void fuzzerTestOneInput(byte[] input) {
        MemoryStore store = new MemoryStore();
        KvStore kv = KvStore.open(store);
        Applier applier = new Applier(
                store,
                kv,
                LeaseTable.open(store),
                Alarms.open(store),
                MemberTable.open(store),
                _ -> {},
                (_, _) -> {},
                _ -> {});
        int half = input.length / 2;
        apply(applier, input, 0, input.length);
        apply(applier, input, 0, half);
        apply(applier, input, half, input.length - half);
        kv.hash(0);
    }

    private static void apply(Applier applier, byte[] input, int from, int length) {
        TxnRequest request;
        try {
            request = TxnRequest.parser().parseFrom(input, from, length);
        } catch (InvalidProtocolBufferException e) {
            return;
        }
        KvChecks checks = new KvChecks(MAX_TXN_OPS, MAX_BYTES);
        if (checks.txn(request) != null) {
            return;
        }
        Command command = KvRequests.txn(request);
        List<CommandBatch> batches = List.of(new CommandBatch(applier.clockMillis() + 1, List.of(command)));
        LogPosition next = new LogPosition(1, applier.applied().index() + 1);
        List<CommandBatch> logged = CommandCodec.decode(CommandCodec.encode(batches));
        if (!logged.equals(batches) || applier.apply(next, logged).size() != 1) {
            throw new AssertionError("not what was asked: " + logged);
        }
    }

    /** Where the fuzzer begins. */
    public static List<byte[]> seeds() {
        ByteString a = ByteString.copyFromUtf8("a");
        RequestOp put = RequestOp.newBuilder()
                .setRequestPut(PutRequest.newBuilder().setKey(a).setValue(a).setPrevKv(true))
                .build();
        RequestOp range = RequestOp.newBuilder()
                .setRequestRange(RangeRequest.newBuilder()
                        .setKey(a)
                        .setRangeEnd(ByteString.copyFrom(new byte[1]))
                        .setLimit(2))
                .build();
        RequestOp delete = RequestOp.newBuilder()
                .setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(a).setPrevKv(true))
                .build();
        TxnRequest plain = TxnRequest.newBuilder()
                .addCompare(Compare.newBuilder()
                        .setKey(a)
                        .setTarget(Compare.CompareTarget.VERSION)
                        .setVersion(0))
                .addSuccess(put)
                .addSuccess(range)
                .addFailure(delete)
                .build();
        TxnRequest nested = TxnRequest.newBuilder()
                .addSuccess(RequestOp.newBuilder().setRequestTxn(plain))
                .build();
        return List.of(plain.toByteArray(), nested.toByteArray());
    }
}
