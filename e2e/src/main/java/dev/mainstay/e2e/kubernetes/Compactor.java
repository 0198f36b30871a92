package dev.mainstay.e2e.kubernetes;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.CompactionRequest;
import dev.mainstay.etcd.proto.Compare;
import dev.mainstay.etcd.proto.Compare.CompareResult;
import dev.mainstay.etcd.proto.Compare.CompareTarget;
import dev.mainstay.etcd.proto.KVGrpc;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RequestOp;
import dev.mainstay.etcd.proto.TxnRequest;
import dev.mainstay.etcd.proto.TxnResponse;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/**
 * One apiserver's part in compaction: they agree by the version of a key on who compacts, to the revision of the round before.
 * One thread.
 */
public final class Compactor {
    /** The key they agree by. */
    public static final ByteString KEY = ByteString.copyFromUtf8("compact_rev_key");

    private final KVGrpc.KVBlockingStub kv;
    private long version;
    private long revision;

    /** Over this connection, knowing nothing of earlier rounds. */
    public Compactor(Channel channel) {
        kv = KVGrpc.newBlockingStub(channel);
    }

    /** Takes part in a round; whether this one won it. */
    public boolean round() {
        TxnResponse answer = kv.txn(TxnRequest.newBuilder()
                .addCompare(Compare.newBuilder()
                        .setTarget(CompareTarget.VERSION)
                        .setResult(CompareResult.EQUAL)
                        .setKey(KEY)
                        .setVersion(version))
                .addSuccess(RequestOp.newBuilder()
                        .setRequestPut(PutRequest.newBuilder()
                                .setKey(KEY)
                                .setValue(ByteString.copyFromUtf8(Long.toString(revision)))))
                .addFailure(RequestOp.newBuilder()
                        .setRequestRange(RangeRequest.newBuilder().setKey(KEY)))
                .build());
        long before = revision;
        revision = answer.getHeader().getRevision();
        if (!answer.getSucceeded()) {
            version = answer.getResponses(0).getResponseRange().getKvs(0).getVersion();
            return false;
        }
        version++;
        if (before != 0) {
            compact(before);
        }
        return true;
    }

    private void compact(long to) {
        try {
            var _ = kv.compact(CompactionRequest.newBuilder().setRevision(to).build());
        } catch (StatusRuntimeException e) {
            // Somebody else has been there.
            if (e.getStatus().getCode() != Status.Code.OUT_OF_RANGE) {
                throw e;
            }
        }
    }
}
