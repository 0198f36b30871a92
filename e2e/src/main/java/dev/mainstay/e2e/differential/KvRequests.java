package dev.mainstay.e2e.differential;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.CompactionRequest;
import dev.mainstay.etcd.proto.Compare;
import dev.mainstay.etcd.proto.Compare.CompareResult;
import dev.mainstay.etcd.proto.Compare.CompareTarget;
import dev.mainstay.etcd.proto.DeleteRangeRequest;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RangeRequest.SortOrder;
import dev.mainstay.etcd.proto.RangeRequest.SortTarget;
import dev.mainstay.etcd.proto.RequestOp;
import dev.mainstay.etcd.proto.TxnRequest;
import java.util.Random;

/** Random requests of the KV service, with every option in every combination that some seed will find. */
final class KvRequests {
    private static final int MAX_DEPTH = 3;

    private final Random random;
    private final Vocabulary words;

    KvRequests(Random random, Vocabulary words) {
        this.random = random;
        this.words = words;
    }

    RangeRequest range() {
        ByteString key = words.key();
        RangeRequest.Builder range = RangeRequest.newBuilder()
                .setKey(key)
                .setRangeEnd(words.rangeEnd(key))
                .setSerializable(oneIn(8))
                .setKeysOnly(oneIn(6))
                .setCountOnly(oneIn(10));
        if (oneIn(2)) {
            range.setLimit(oneIn(20) ? -1 : oneIn(30) ? Long.MAX_VALUE : random.nextInt(8));
        }
        if (oneIn(3)) {
            range.setRevision(words.revision());
        }
        if (oneIn(3)) {
            range.setSortOrder(pick(SortOrder.NONE, SortOrder.ASCEND, SortOrder.DESCEND));
            range.setSortTarget(
                    pick(SortTarget.KEY, SortTarget.VERSION, SortTarget.CREATE, SortTarget.MOD, SortTarget.VALUE));
        }
        if (oneIn(12)) {
            range.setMinModRevision(words.revision());
        }
        if (oneIn(12)) {
            range.setMaxModRevision(words.revision());
        }
        if (oneIn(12)) {
            range.setMinCreateRevision(words.revision());
        }
        if (oneIn(12)) {
            range.setMaxCreateRevision(words.revision());
        }
        return range.build();
    }

    PutRequest put() {
        PutRequest.Builder put = PutRequest.newBuilder().setKey(words.key()).setPrevKv(oneIn(4));
        put.setIgnoreValue(oneIn(12)).setIgnoreLease(oneIn(12));
        if (!put.getIgnoreValue() || oneIn(6)) {
            put.setValue(words.value());
        }
        if (oneIn(4) && (!put.getIgnoreLease() || oneIn(6))) {
            put.setLease(words.anyLease());
        }
        return put.build();
    }

    /** Above the limit of a request, or above what a message may be at all. */
    PutRequest tooLargePut() {
        int size = oneIn(3) ? 700_000 : 70_000;
        return PutRequest.newBuilder()
                .setKey(words.key())
                .setValue(ByteString.copyFrom(new byte[size]))
                .build();
    }

    DeleteRangeRequest delete() {
        ByteString key = words.key();
        DeleteRangeRequest.Builder delete =
                DeleteRangeRequest.newBuilder().setKey(key).setPrevKv(oneIn(3));
        if (oneIn(3)) {
            delete.setRangeEnd(words.rangeEnd(key));
        }
        return delete.build();
    }

    CompactionRequest compact() {
        long revision = switch (random.nextInt(10)) {
            case 0 -> words.revision();
            case 1 -> SymbolicRevisions.compacted(random.nextInt(4));
            case 2 -> SymbolicRevisions.current(0);
            default -> SymbolicRevisions.current(-random.nextInt(150));
        };
        return CompactionRequest.newBuilder()
                .setRevision(revision)
                .setPhysical(oneIn(2))
                .build();
    }

    TxnRequest txn() {
        TxnRequest txn = txn(0);
        return DeadlyTransactions.mayDeleteWhatItPuts(txn) ? DeadlyTransactions.disarm(txn) : txn;
    }

    private TxnRequest txn(int depth) {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        for (int i = count(); i > 0; i--) {
            txn.addCompare(compare());
        }
        boolean readOnly = oneIn(8);
        for (int i = count(); i > 0; i--) {
            txn.addSuccess(operation(depth, readOnly));
        }
        for (int i = count(); i > 0; i--) {
            txn.addFailure(operation(depth, readOnly));
        }
        return txn.build();
    }

    /** Mostly small; now and then near the limit of operations the servers are started with. */
    private int count() {
        return oneIn(40) ? 6 + random.nextInt(5) : random.nextInt(4);
    }

    private RequestOp operation(int depth, boolean readOnly) {
        RequestOp.Builder operation = RequestOp.newBuilder();
        int kind = readOnly ? 0 : random.nextInt(40);
        if (kind < 12) {
            operation.setRequestRange(range());
        } else if (kind < 26) {
            operation.setRequestPut(put());
        } else if (kind < 34) {
            operation.setRequestDeleteRange(delete());
        } else if (kind < 39 && depth < MAX_DEPTH) {
            operation.setRequestTxn(txn(depth + 1));
        } else if (!oneIn(4)) {
            operation.setRequestPut(put());
        }
        return operation.build();
    }

    private Compare compare() {
        ByteString key = words.key();
        Compare.Builder compare = Compare.newBuilder().setKey(key);
        compare.setResult(
                pick(CompareResult.EQUAL, CompareResult.GREATER, CompareResult.LESS, CompareResult.NOT_EQUAL));
        CompareTarget target = pick(
                CompareTarget.VERSION,
                CompareTarget.CREATE,
                CompareTarget.MOD,
                CompareTarget.VALUE,
                CompareTarget.LEASE);
        compare.setTarget(target);
        if (oneIn(4)) {
            compare.setRangeEnd(words.rangeEnd(key));
        }
        // Usually the arm that belongs to the target; sometimes another one, or none.
        int arm = oneIn(15) ? random.nextInt(6) : target.getNumber();
        switch (arm) {
            case 0 -> compare.setVersion(random.nextInt(4));
            case 1 -> compare.setCreateRevision(oneIn(3) ? 0 : SymbolicRevisions.current(-random.nextInt(30)));
            case 2 -> compare.setModRevision(oneIn(3) ? 0 : SymbolicRevisions.current(-random.nextInt(30)));
            case 3 -> compare.setValue(words.value());
            case 4 -> compare.setLease(oneIn(2) ? 0 : words.anyLease());
            default -> compare.clearTargetUnion();
        }
        return compare.build();
    }

    private boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    @SafeVarargs
    private <T> T pick(T... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
