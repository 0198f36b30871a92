package dev.mainstay.e2e.kubernetes;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.Compare;
import dev.mainstay.etcd.proto.Compare.CompareResult;
import dev.mainstay.etcd.proto.Compare.CompareTarget;
import dev.mainstay.etcd.proto.DeleteRangeRequest;
import dev.mainstay.etcd.proto.KVGrpc;
import dev.mainstay.etcd.proto.KeyValue;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RangeResponse;
import dev.mainstay.etcd.proto.RequestOp;
import dev.mainstay.etcd.proto.TxnRequest;
import dev.mainstay.etcd.proto.TxnResponse;
import io.grpc.Channel;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Objects in a store as kube-apiserver keeps them: each change is a transaction that names the revision it was made from, each
 * list is read in pages at one revision. Checks what it relies on and fails with {@link IllegalStateException} if it doesn't
 * hold. Any thread.
 */
public final class KubeStore {
    private static final long TIMEOUT_SECONDS = 30;
    private static final ByteString ZERO = ByteString.copyFrom(new byte[] {0});

    private final Channel channel;

    /** Over this connection. */
    public KubeStore(Channel channel) {
        this.channel = channel;
    }

    /** What there is under a key. */
    public Optional<KeyValue> get(ByteString key) {
        return first(range(RangeRequest.newBuilder().setKey(key).setLimit(1)));
    }

    /**
     * Creates an object.
     *
     * @param lease its lease, 0 for none
     * @return its revision; empty if it is there already
     */
    public Optional<Long> create(ByteString key, ByteString value, long lease) {
        TxnResponse created = kv().txn(TxnRequest.newBuilder()
                .addCompare(unchangedSince(key, 0))
                .addSuccess(put(key, value, lease))
                .build());
        return created.getSucceeded() ? Optional.of(created.getHeader().getRevision()) : Optional.empty();
    }

    /**
     * Updates an object until nobody else has done so in between, beginning with what the caller knows of it, which may be
     * old.
     *
     * @param known what there was, null to ask for it first
     * @return the revision; empty if there is no such object
     */
    public Optional<Long> update(ByteString key, @Nullable KeyValue known, UnaryOperator<ByteString> change) {
        Optional<KeyValue> current = known == null ? get(key) : Optional.of(known);
        while (current.isPresent()) {
            KeyValue from = current.get();
            TxnResponse updated = unlessChanged(from, put(key, change.apply(from.getValue()), 0));
            if (updated.getSucceeded()) {
                return Optional.of(updated.getHeader().getRevision());
            }
            current = first(updated.getResponses(0).getResponseRange());
        }
        return Optional.empty();
    }

    /** Deletes an object, whatever it has become; the revision of that, empty if there is none. */
    public Optional<Long> delete(ByteString key) {
        Optional<KeyValue> current = get(key);
        while (current.isPresent()) {
            TxnResponse deleted = unlessChanged(
                    current.get(),
                    RequestOp.newBuilder()
                            .setRequestDeleteRange(
                                    DeleteRangeRequest.newBuilder().setKey(key))
                            .build());
            if (deleted.getSucceeded()) {
                check(deleted.getResponses(0).getResponseDeleteRange().hasHeader(), "a deletion without a header");
                return Optional.of(deleted.getHeader().getRevision());
            }
            current = first(deleted.getResponses(0).getResponseRange());
        }
        return Optional.empty();
    }

    /**
     * Reads all objects below a prefix, in pages that are all of the first one's revision.
     *
     * @param limit objects per page
     * @param onPage hears of each page
     * @return how many there are
     */
    public long list(ByteString prefix, int limit, Consumer<RangeResponse> onPage) {
        ByteString end = prefixEnd(prefix);
        RangeResponse page =
                range(RangeRequest.newBuilder().setKey(prefix).setRangeEnd(end).setLimit(limit));
        long revision = page.getHeader().getRevision();
        long all = page.getCount();
        long seen = page.getKvsCount();
        onPage.accept(page);
        while (page.getMore()) {
            check(page.getKvsCount() > 0, "more, and nothing on the page");
            ByteString next = page.getKvs(page.getKvsCount() - 1).getKey().concat(ZERO);
            page = range(RangeRequest.newBuilder()
                    .setKey(next)
                    .setRangeEnd(end)
                    .setLimit(limit)
                    .setRevision(revision));
            check(page.getCount() == all - seen, "a page counts " + page.getCount() + ", left are " + (all - seen));
            check(page.getMore() == (page.getCount() > page.getKvsCount()), "more, though nothing is left");
            seen += page.getKvsCount();
            onPage.accept(page);
        }
        check(seen == all, "pages of " + seen + " objects, counted " + all);
        return all;
    }

    /** How many objects are below a prefix. */
    public long count(ByteString prefix) {
        return range(RangeRequest.newBuilder()
                        .setKey(prefix)
                        .setRangeEnd(prefixEnd(prefix))
                        .setCountOnly(true))
                .getCount();
    }

    /** The store's revision, as a consistent read from a cache asks for it. */
    public long revision(ByteString anyKey) {
        long revision = range(RangeRequest.newBuilder().setKey(anyKey).setLimit(1))
                .getHeader()
                .getRevision();
        check(revision > 0, "no revision");
        return revision;
    }

    /** The smallest key above all with this prefix, which mustn't end in 0xff. */
    public static ByteString prefixEnd(ByteString prefix) {
        int last = prefix.size() - 1;
        return prefix.substring(0, last).concat(ByteString.copyFrom(new byte[] {(byte) (prefix.byteAt(last) + 1)}));
    }

    private TxnResponse unlessChanged(KeyValue from, RequestOp change) {
        return kv().txn(TxnRequest.newBuilder()
                .addCompare(unchangedSince(from.getKey(), from.getModRevision()))
                .addSuccess(change)
                .addFailure(RequestOp.newBuilder()
                        .setRequestRange(RangeRequest.newBuilder().setKey(from.getKey())))
                .build());
    }

    private RangeResponse range(RangeRequest.Builder request) {
        return kv().range(request.build());
    }

    private KVGrpc.KVBlockingStub kv() {
        return KVGrpc.newBlockingStub(channel).withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    private static Optional<KeyValue> first(RangeResponse found) {
        return found.getKvsCount() == 0 ? Optional.empty() : Optional.of(found.getKvs(0));
    }

    private static Compare unchangedSince(ByteString key, long revision) {
        return Compare.newBuilder()
                .setTarget(CompareTarget.MOD)
                .setResult(CompareResult.EQUAL)
                .setKey(key)
                .setModRevision(revision)
                .build();
    }

    private static RequestOp put(ByteString key, ByteString value, long lease) {
        return RequestOp.newBuilder()
                .setRequestPut(
                        PutRequest.newBuilder().setKey(key).setValue(value).setLease(lease))
                .build();
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }
}
