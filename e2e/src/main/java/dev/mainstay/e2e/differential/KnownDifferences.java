package dev.mainstay.e2e.differential;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.AuthRoleGetRequest;
import dev.mainstay.etcd.proto.HashKVResponse;
import dev.mainstay.etcd.proto.KeyValue;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RangeRequest.SortOrder;
import dev.mainstay.etcd.proto.RangeRequest.SortTarget;
import dev.mainstay.etcd.proto.RangeResponse;
import dev.mainstay.etcd.proto.RequestOp;
import dev.mainstay.etcd.proto.ResponseOp;
import dev.mainstay.etcd.proto.StatusResponse;
import dev.mainstay.etcd.proto.TxnRequest;
import dev.mainstay.etcd.proto.TxnResponse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Everything in which we differ from etcd 3.5 on purpose, each with its section of the contract. What isn't listed here is
 * compared as it is.
 *
 * <ul>
 *   <li>Out-of-range sort options are refused since 3.6 (2.4): sequences don't contain them.
 *   <li>Status fields that came with 3.6: storage version, quota, downgrade state (1.11).
 *   <li>{@code hash_revision} of HashKV came with 3.6 (1.11); hashes are each product's own. etcd may answer with a
 *       hash it kept from an earlier compaction, and then names the compacted revision of that time (2.12.3); since only
 *       the end of its work in the background tells whether it kept one, so may a revision that is compacted by now.
 *   <li>Keys that tie in the sort target come in no promised order (2.4); we order them by key.
 *   <li>A target other than KEY without an order: etcd cuts to the limit before it sorts, which we don't copy (2.4).
 *   <li>etcd 3.5 counts no cost for puts inside nested transactions, so it lets them through under NOSPACE; we count them
 *       (2.12.2): sequences have no nested transactions while that alarm is on.
 *   <li>Transactions that make etcd 3.5 panic and we refuse: {@link DeadlyTransactions}.
 *   <li>Transactions that etcd 3.5 applies on some members and refuses on others, so that these differ from then on; we refuse
 *       them on all: {@link UnevenTransactions}.
 *   <li>A key that one transaction deletes and puts again is lost by etcd 3.5, which then panics, when history is compacted
 *       to exactly that revision; we keep it (2.9). {@link Player} doesn't compact there.
 *   <li>Watches: how events are spread over messages, how often progress is reported, and prev_kv at the compacted revision
 *       (2.10): see {@link WatchTranscript}.
 *   <li>Until 3.5 Defragment, Hash, HashKV and Snapshot are refused in the words that etcd's parts have among themselves, and
 *       without a code; Status and the status of auth are for root alone, and since 3.7 for any user and for anybody
 *       (2.14.1, 2.14.7).
 *   <li>While an alarm is raised, etcd until 3.5 asks nobody for permission to change things: any user can change root's
 *       password. We ask, as 3.6 does. Sequences have only root change things then, but for puts, which the alarm refuses.
 *   <li>Of role {@code root}, RoleGet shows what was granted to it, and since 3.6 that it may do anything (2.14).
 *   <li>A permission that is granted again isn't found by etcd if the role has another one from the same key before it; both
 *       then count, also the one that was to be replaced. In sequences each key has one range that is granted.
 *   <li>Ranges that end before they begin, asked for by users: {@link InvertedRanges}.
 *   <li>A campaign whose lease has ended while it waited is told by etcd that it was elected, and by us that its session is
 *       expired, as a lock is by both (2.15).
 *   <li>A lock whose key went while it waited, and was made anew by another call with the same lease, is held for etcd, whoever
 *       is first by now; for us its session is expired (2.15).
 *   <li>A watch id whose watcher fell to a compaction stays half alive in etcd: {@link WatchSession} doesn't touch such ids.
 * </ul>
 */
final class KnownDifferences {
    /** Unsigned byte order, the order of keys. */
    static final Comparator<ByteString> BYTES = ByteString.unsignedLexicographicalComparator();

    private static final String COMPACTED = "error OUT_OF_RANGE etcdserver: mvcc: required revision has been compacted";

    private static final String DENIED = "error PERMISSION_DENIED etcdserver: permission denied";
    private static final String UNMAPPED = "error UNKNOWN auth: ";

    private KnownDifferences() {}

    /** Whether etcd answers with a hash that it kept from an earlier compaction, where we say that this is compacted. */
    static boolean isKeptHash(Step step, String reference, String subject) {
        return step.kind() == StepKind.HASH_KV && !reference.startsWith("error ") && subject.equals(COMPACTED);
    }

    /** Whether etcd refuses what is permitted since, or says it as it did before 3.6. */
    static boolean isOldRefusal(StepKind kind, String reference, String subject) {
        return switch (kind) {
            case AUTH_STATUS -> reference.startsWith("error ");
            case STATUS -> reference.equals(DENIED) && !subject.startsWith("error ");
            case DEFRAGMENT, HASH, HASH_KV, HASH_ALL ->
                reference.startsWith(UNMAPPED)
                        && subject.endsWith(" etcdserver: " + reference.substring(UNMAPPED.length()));
            default -> false;
        };
    }

    /** Whether both tell of role {@code root}, in which 3.5 shows only what was granted. */
    static boolean isRootRole(Step step, String reference, String subject) {
        return step.request() instanceof AuthRoleGetRequest asked
                && asked.getRole().equals("root")
                && !reference.startsWith("error ")
                && !subject.startsWith("error ");
    }

    /** What a contender is told, who may have no key any more. */
    static String contender(WaitingCall call, @Nullable KeyValue inItsPlace) {
        if (!call.hasLeft(inItsPlace)) {
            return call.answer();
        }
        if (call.kind() == StepKind.CAMPAIGN) {
            return "campaigned without a key";
        }
        return inItsPlace == null ? call.answer() : "waited without a key";
    }

    static StatusResponse status(StatusResponse status) {
        return status.toBuilder()
                .clearStorageVersion()
                .clearDbSizeQuota()
                .clearDowngradeInfo()
                .build();
    }

    static HashKVResponse hashKv(HashKVResponse hash) {
        return hash.toBuilder()
                .clearHash()
                .clearHashRevision()
                .clearCompactRevision()
                .build();
    }

    static TxnResponse txn(TxnRequest request, TxnResponse response) {
        List<RequestOp> operations = response.getSucceeded() ? request.getSuccessList() : request.getFailureList();
        if (operations.size() != response.getResponsesCount()) {
            return response;
        }
        TxnResponse.Builder canonical = response.toBuilder();
        for (int i = 0; i < operations.size(); i++) {
            RequestOp operation = operations.get(i);
            ResponseOp answer = response.getResponses(i);
            if (operation.hasRequestRange() && answer.hasResponseRange()) {
                canonical.setResponses(
                        i,
                        answer.toBuilder()
                                .setResponseRange(range(operation.getRequestRange(), answer.getResponseRange())));
            } else if (operation.hasRequestTxn() && answer.hasResponseTxn()) {
                canonical.setResponses(
                        i, answer.toBuilder().setResponseTxn(txn(operation.getRequestTxn(), answer.getResponseTxn())));
            }
        }
        return canonical.build();
    }

    static RangeResponse range(RangeRequest request, RangeResponse response) {
        if (request.getSortTarget() == SortTarget.KEY) {
            return response;
        }
        boolean cut = response.getMore();
        if (cut && request.getSortOrder() == SortOrder.NONE) {
            return keepKeysOnlyCount(response);
        }
        return orderTies(request, response, cut);
    }

    private static RangeResponse keepKeysOnlyCount(RangeResponse response) {
        RangeResponse.Builder canonical = response.toBuilder().clearKvs();
        for (int i = 0; i < response.getKvsCount(); i++) {
            canonical.addKvs(KeyValue.getDefaultInstance());
        }
        return canonical.build();
    }

    /** Orders each run of ties by key; of a last run that the limit may have cut anywhere, only its length is kept. */
    private static RangeResponse orderTies(RangeRequest request, RangeResponse response, boolean cut) {
        if (request.getKeysOnly() && request.getSortTarget() == SortTarget.VALUE) {
            // What was sorted by isn't in the answer, so ties can't be told from order.
            return cut ? keepKeysOnlyCount(response) : sortedByKey(response);
        }
        List<KeyValue> ordered = new ArrayList<>();
        List<KeyValue> pairs = response.getKvsList();
        int start = 0;
        while (start < pairs.size()) {
            int end = start + 1;
            Object target = target(request.getSortTarget(), pairs.get(start));
            while (end < pairs.size() && Objects.equals(target, target(request.getSortTarget(), pairs.get(end)))) {
                end++;
            }
            List<KeyValue> ties = new ArrayList<>(pairs.subList(start, end));
            if (cut && end == pairs.size()) {
                ties.replaceAll(pair -> KeyValue.newBuilder()
                        .setValue(target instanceof ByteString value ? value : ByteString.copyFromUtf8("tie " + target))
                        .build());
            } else {
                ties.sort(Comparator.comparing(KeyValue::getKey, BYTES));
            }
            ordered.addAll(ties);
            start = end;
        }
        return response.toBuilder().clearKvs().addAllKvs(ordered).build();
    }

    private static RangeResponse sortedByKey(RangeResponse response) {
        List<KeyValue> pairs = new ArrayList<>(response.getKvsList());
        pairs.sort(Comparator.comparing(KeyValue::getKey, BYTES));
        return response.toBuilder().clearKvs().addAllKvs(pairs).build();
    }

    private static Object target(SortTarget target, KeyValue pair) {
        return switch (target) {
            case VERSION -> pair.getVersion();
            case CREATE -> pair.getCreateRevision();
            case MOD -> pair.getModRevision();
            case VALUE -> pair.getValue();
            case KEY, UNRECOGNIZED -> pair.getKey();
        };
    }
}
