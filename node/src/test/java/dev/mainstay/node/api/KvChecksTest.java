package dev.mainstay.node.api;

import static dev.mainstay.node.api.Requests.bytes;
import static dev.mainstay.node.api.Requests.delete;
import static dev.mainstay.node.api.Requests.get;
import static dev.mainstay.node.api.Requests.op;
import static dev.mainstay.node.api.Requests.put;
import static dev.mainstay.node.api.Requests.range;
import static dev.mainstay.node.api.Requests.txn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.etcd.proto.Compare;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest.SortOrder;
import dev.mainstay.etcd.proto.RangeRequest.SortTarget;
import dev.mainstay.etcd.proto.RequestOp;
import dev.mainstay.etcd.proto.TxnRequest;
import dev.mainstay.node.common.ErrorCode;
import java.util.Collections;
import org.junit.jupiter.api.Test;

class KvChecksTest {

    private static final RequestOp GET = op(get("a"));

    private final KvChecks checks = new KvChecks(4, 1000);

    @Test
    void keysAreRequired() {
        assertThat(checks.range(get(""))).isEqualTo(ErrorCode.EMPTY_KEY);
        assertThat(checks.put(put("", "v"))).isEqualTo(ErrorCode.EMPTY_KEY);
        assertThat(checks.deleteRange(delete("", "z"))).isEqualTo(ErrorCode.EMPTY_KEY);
        assertThat(checks.txn(TxnRequest.newBuilder()
                        .addCompare(Compare.getDefaultInstance())
                        .build()))
                .isEqualTo(ErrorCode.EMPTY_KEY);
        assertThat(checks.txn(txn(op(put("", "v"))))).isEqualTo(ErrorCode.EMPTY_KEY);
    }

    @Test
    void whatIsIgnoredMustNotBeGiven() {
        PutRequest both = put("a", "v").toBuilder()
                .setIgnoreValue(true)
                .setIgnoreLease(true)
                .setLease(1)
                .build();

        assertThat(checks.put(both)).isEqualTo(ErrorCode.VALUE_PROVIDED);
        assertThat(checks.put(both.toBuilder().clearValue().build())).isEqualTo(ErrorCode.LEASE_PROVIDED);
        assertThat(checks.put(both.toBuilder().clearValue().clearLease().build()))
                .isNull();
    }

    @Test
    void sortOptionsAreKnownOnes() {
        assertThat(checks.range(range("a", "b").setSortOrderValue(3).build())).isEqualTo(ErrorCode.INVALID_SORT_OPTION);
        assertThat(checks.range(range("a", "b").setSortTargetValue(5).build()))
                .isEqualTo(ErrorCode.INVALID_SORT_OPTION);
        assertThat(checks.range(range("", "b").setSortTargetValue(5).build())).isEqualTo(ErrorCode.EMPTY_KEY);
    }

    @Test
    void streamsComeInKeyOrderAndWhole() {
        assertThat(checks.rangeStream(
                        range("a", "b").setSortOrder(SortOrder.ASCEND).build()))
                .isNull();
        assertThat(checks.rangeStream(
                        range("a", "b").setSortOrder(SortOrder.DESCEND).build()))
                .isEqualTo(ErrorCode.RANGE_STREAM_SORT);
        assertThat(checks.rangeStream(
                        range("a", "b").setSortTarget(SortTarget.MOD).build()))
                .isEqualTo(ErrorCode.RANGE_STREAM_SORT);
        assertThat(checks.rangeStream(range("a", "b").setMaxCreateRevision(1).build()))
                .isEqualTo(ErrorCode.RANGE_STREAM_FILTER);
    }

    @Test
    void nestingSharesOneBudgetAlongAPath() {
        TxnRequest two = txn(GET, GET);

        assertThat(checks.txn(txn(op(two), GET))).isNull();
        assertThat(checks.txn(txn(op(two), op(two)))).isNull();
        assertThat(checks.txn(txn(op(two), GET, GET))).isEqualTo(ErrorCode.TOO_MANY_OPS);
        assertThat(checks.txn(TxnRequest.newBuilder()
                        .addAllFailure(Collections.nCopies(5, GET))
                        .build()))
                .isEqualTo(ErrorCode.TOO_MANY_OPS);
        assertThat(checks.txn(TxnRequest.newBuilder()
                        .addAllCompare(Collections.nCopies(
                                5, Compare.newBuilder().setKey(bytes("a")).build()))
                        .build()))
                .isEqualTo(ErrorCode.TOO_MANY_OPS);
    }

    @Test
    void emptyOperationIsRefusedInEitherBranch() {
        TxnRequest inFailure = TxnRequest.newBuilder()
                .addFailure(RequestOp.getDefaultInstance())
                .build();

        assertThat(checks.txn(inFailure)).isEqualTo(ErrorCode.KEY_NOT_FOUND);
        assertThat(checks.txn(txn(op(inFailure)))).isEqualTo(ErrorCode.KEY_NOT_FOUND);
    }

    @Test
    void sizeIsThatOfTheLogEntry() {
        assertThat(checks.size(982)).isNull();
        assertThat(checks.size(983)).isEqualTo(ErrorCode.REQUEST_TOO_LARGE);
    }
}
