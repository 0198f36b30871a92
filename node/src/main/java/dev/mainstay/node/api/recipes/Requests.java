package dev.mainstay.node.api.recipes;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.Compare;
import dev.mainstay.etcd.proto.DeleteRangeRequest;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RequestOp;
import dev.mainstay.etcd.proto.TxnRequest;
import dev.mainstay.etcd.proto.WatchCreateRequest;

/** The requests of the recipes: those that clients with recipes of their own make too, so that all meet in the same keys. */
final class Requests {

    private static final ByteString SLASH = ByteString.copyFromUtf8("/");

    /** As Go prints it, with a sign. */
    private static final int HEXADECIMAL = 16;

    private Requests() {}

    /** Under which the contenders for a name have their keys. */
    static ByteString prefix(ByteString name) {
        return name.concat(SLASH);
    }

    /** The key of the contender with this lease. */
    static ByteString key(ByteString name, long lease) {
        return prefix(name).concat(ByteString.copyFromUtf8(Long.toString(lease, HEXADECIMAL)));
    }

    /** Puts a key that doesn't exist, else reads it; and reads who is first under the prefix. */
    static TxnRequest enter(ByteString prefix, ByteString key, ByteString value, long lease) {
        RequestOp first = RequestOp.newBuilder().setRequestRange(oldest(prefix)).build();
        return TxnRequest.newBuilder()
                .addCompare(createdAt(key, 0))
                .addSuccess(put(key, value, lease))
                .addSuccess(first)
                .addFailure(RequestOp.newBuilder().setRequestRange(get(key)))
                .addFailure(first)
                .build();
    }

    /** Gives a key another value if it still is the one that was created at this revision. */
    static TxnRequest update(ByteString key, long createRevision, ByteString value, long lease) {
        return TxnRequest.newBuilder()
                .addCompare(createdAt(key, createRevision))
                .addSuccess(put(key, value, lease))
                .build();
    }

    /** Deletes a key if it still is the one that was created at this revision. */
    static TxnRequest remove(ByteString key, long createRevision) {
        return TxnRequest.newBuilder()
                .addCompare(createdAt(key, createRevision))
                .addSuccess(RequestOp.newBuilder()
                        .setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(key)))
                .build();
    }

    static RangeRequest get(ByteString key) {
        return RangeRequest.newBuilder().setKey(key).build();
    }

    /** The key under a prefix that was created first. */
    static RangeRequest oldest(ByteString prefix) {
        return under(prefix, RangeRequest.SortOrder.ASCEND).build();
    }

    /** The key under a prefix that was created last of those up to a revision. */
    static RangeRequest newest(ByteString prefix, long maxCreateRevision) {
        return under(prefix, RangeRequest.SortOrder.DESCEND)
                .setMaxCreateRevision(maxCreateRevision)
                .build();
    }

    static WatchCreateRequest watch(ByteString key, long startRevision) {
        return WatchCreateRequest.newBuilder()
                .setKey(key)
                .setStartRevision(startRevision)
                .build();
    }

    static WatchCreateRequest watchDeletions(ByteString key, long startRevision) {
        return watch(key, startRevision).toBuilder()
                .addFilters(WatchCreateRequest.FilterType.NOPUT)
                .build();
    }

    static WatchCreateRequest watchPutsUnder(ByteString prefix, long startRevision) {
        return watch(prefix, startRevision).toBuilder()
                .setRangeEnd(end(prefix))
                .addFilters(WatchCreateRequest.FilterType.NODELETE)
                .build();
    }

    private static RangeRequest.Builder under(ByteString prefix, RangeRequest.SortOrder order) {
        return RangeRequest.newBuilder()
                .setKey(prefix)
                .setRangeEnd(end(prefix))
                .setSortTarget(RangeRequest.SortTarget.CREATE)
                .setSortOrder(order)
                .setLimit(1);
    }

    /** The first key behind those that start with a prefix, whose last byte is a slash. */
    private static ByteString end(ByteString prefix) {
        return prefix.substring(0, prefix.size() - 1).concat(ByteString.copyFromUtf8("0"));
    }

    private static Compare createdAt(ByteString key, long revision) {
        return Compare.newBuilder()
                .setKey(key)
                .setTarget(Compare.CompareTarget.CREATE)
                .setResult(Compare.CompareResult.EQUAL)
                .setCreateRevision(revision)
                .build();
    }

    private static RequestOp put(ByteString key, ByteString value, long lease) {
        return RequestOp.newBuilder()
                .setRequestPut(
                        PutRequest.newBuilder().setKey(key).setValue(value).setLease(lease))
                .build();
    }
}
