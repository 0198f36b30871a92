package dev.mainstay.node.api;

import static dev.mainstay.node.api.Requests.OPEN;
import static dev.mainstay.node.api.Requests.delete;
import static dev.mainstay.node.api.Requests.get;
import static dev.mainstay.node.api.Requests.op;
import static dev.mainstay.node.api.Requests.put;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.etcd.proto.RequestOp;
import dev.mainstay.etcd.proto.TxnRequest;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.testing.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The rule against duplicate keys, against the same rule written down as pairs of a put and what it must not meet. */
class TxnKeysPropertyTest {

    private static final List<String> KEYS = List.of("\0", "a", "a\0", "aa", "b", "c", "d");
    private static final int CASES_PER_SEED = 300;

    @Seeds(200)
    void duplicateIsWhatTheDefinitionCallsOne(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < CASES_PER_SEED; i++) {
            TxnRequest txn = randomTxn(random, 3);

            boolean refused = TxnKeys.check(txn) == ErrorCode.DUPLICATE_KEY;

            assertThat(refused).as("%s", txn).isEqualTo(isDuplicate(txn));
        }
    }

    private static TxnRequest randomTxn(Random random, int depth) {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        for (int i = random.nextInt(4); i > 0; i--) {
            txn.addSuccess(randomOp(random, depth));
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            txn.addFailure(randomOp(random, depth));
        }
        return txn.build();
    }

    private static RequestOp randomOp(Random random, int depth) {
        return switch (random.nextInt(depth > 0 ? 7 : 5)) {
            case 0 -> op(get(key(random)));
            case 1, 2 -> op(put(key(random), "v"));
            case 3 -> op(delete(key(random), ""));
            case 4 -> op(delete(key(random), random.nextInt(4) == 0 ? OPEN : key(random)));
            default -> op(randomTxn(random, depth - 1));
        };
    }

    private static String key(Random random) {
        return KEYS.get(random.nextInt(KEYS.size()));
    }

    private static boolean isDuplicate(TxnRequest txn) {
        return isDuplicateBranch(txn.getSuccessList()) || isDuplicateBranch(txn.getFailureList());
    }

    /** Compares every write of a branch with every other. */
    private static boolean isDuplicateBranch(List<RequestOp> branch) {
        for (RequestOp operation : branch) {
            if (operation.hasRequestTxn() && isDuplicate(operation.getRequestTxn())) {
                return true;
            }
        }
        for (int i = 0; i < branch.size(); i++) {
            for (int j = 0; j < branch.size(); j++) {
                if (i != j && meet(branch.get(i), i, branch.get(j), j)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether a put in one operation meets a put or a deletion in another of the same branch. */
    private static boolean meet(RequestOp putter, int putterAt, RequestOp other, int otherAt) {
        boolean laterSibling = putter.hasRequestTxn() && other.hasRequestTxn() && otherAt > putterAt;
        for (String key : puts(putter)) {
            if (puts(other).contains(key)) {
                return true;
            }
            boolean deleted = deletions(other).stream().anyMatch(range -> range.covers(key));
            if (deleted && !laterSibling) {
                return true;
            }
        }
        return false;
    }

    private static List<String> puts(RequestOp operation) {
        List<String> keys = new ArrayList<>();
        if (operation.hasRequestPut()) {
            keys.add(operation.getRequestPut().getKey().toStringUtf8());
        }
        operation.getRequestTxn().getSuccessList().forEach(nested -> keys.addAll(puts(nested)));
        operation.getRequestTxn().getFailureList().forEach(nested -> keys.addAll(puts(nested)));
        return keys;
    }

    private static List<Deletion> deletions(RequestOp operation) {
        List<Deletion> ranges = new ArrayList<>();
        if (operation.hasRequestDeleteRange()) {
            ranges.add(new Deletion(
                    operation.getRequestDeleteRange().getKey().toStringUtf8(),
                    operation.getRequestDeleteRange().getRangeEnd().toStringUtf8()));
        }
        operation.getRequestTxn().getSuccessList().forEach(nested -> ranges.addAll(deletions(nested)));
        operation.getRequestTxn().getFailureList().forEach(nested -> ranges.addAll(deletions(nested)));
        return ranges;
    }

    private record Deletion(String from, String end) {

        /** An end of one zero byte is taken as it stands here, which is etcd's hole. */
        boolean covers(String key) {
            return end.isEmpty() ? key.equals(from) : key.compareTo(from) >= 0 && key.compareTo(end) < 0;
        }
    }
}
