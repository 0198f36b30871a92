package dev.mainstay.node.api;

import static dev.mainstay.node.api.Requests.OPEN;
import static dev.mainstay.node.api.Requests.bytes;
import static dev.mainstay.node.api.Requests.cancel;
import static dev.mainstay.node.api.Requests.compare;
import static dev.mainstay.node.api.Requests.delete;
import static dev.mainstay.node.api.Requests.get;
import static dev.mainstay.node.api.Requests.op;
import static dev.mainstay.node.api.Requests.progress;
import static dev.mainstay.node.api.Requests.put;
import static dev.mainstay.node.api.Requests.range;
import static dev.mainstay.node.api.Requests.txn;
import static dev.mainstay.node.api.Requests.watch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.AlarmMember;
import dev.mainstay.etcd.proto.AlarmRequest;
import dev.mainstay.etcd.proto.AlarmType;
import dev.mainstay.etcd.proto.CompactionRequest;
import dev.mainstay.etcd.proto.Compare;
import dev.mainstay.etcd.proto.Compare.CompareResult;
import dev.mainstay.etcd.proto.Compare.CompareTarget;
import dev.mainstay.etcd.proto.DefragmentRequest;
import dev.mainstay.etcd.proto.DefragmentResponse;
import dev.mainstay.etcd.proto.DeleteRangeResponse;
import dev.mainstay.etcd.proto.Event;
import dev.mainstay.etcd.proto.LeaseGrantRequest;
import dev.mainstay.etcd.proto.LeaseKeepAliveRequest;
import dev.mainstay.etcd.proto.LeaseKeepAliveResponse;
import dev.mainstay.etcd.proto.LeaseRevokeRequest;
import dev.mainstay.etcd.proto.LeaseTimeToLiveRequest;
import dev.mainstay.etcd.proto.LeaseTimeToLiveResponse;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.PutResponse;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RangeRequest.SortOrder;
import dev.mainstay.etcd.proto.RangeRequest.SortTarget;
import dev.mainstay.etcd.proto.RangeResponse;
import dev.mainstay.etcd.proto.RequestOp;
import dev.mainstay.etcd.proto.ResponseHeader;
import dev.mainstay.etcd.proto.SnapshotRequest;
import dev.mainstay.etcd.proto.SnapshotResponse;
import dev.mainstay.etcd.proto.StatusRequest;
import dev.mainstay.etcd.proto.TxnRequest;
import dev.mainstay.etcd.proto.TxnResponse;
import dev.mainstay.etcd.proto.WatchCreateRequest;
import dev.mainstay.etcd.proto.WatchRequest;
import dev.mainstay.etcd.proto.WatchResponse;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The contract's test vectors for one member, in its order; each test begins with its numbers. RPCs that don't exist yet say
 * so. A fresh store is at revision 1.
 */
class ContractVectorsTest {

    private static final int INVALID_ARGUMENT = 3;
    private static final int NOT_FOUND = 5;
    private static final int RESOURCE_EXHAUSTED = 8;
    private static final int FAILED_PRECONDITION = 9;
    private static final int OUT_OF_RANGE = 11;
    private static final int DATA_LOSS = 15;

    private final ServedMember member = new ServedMember();
    private final ManagedChannel channel = member.connect();
    private final ServedMember.Stubs stubs = ServedMember.Stubs.over(channel);

    @AfterEach
    void stop() {
        channel.shutdownNow();
        member.close();
    }

    @Test
    void vector1FirstPutMakesRevision2() {
        PutResponse response = stubs.kv().put(put("a", "1"));

        assertThat(response.getHeader())
                .isEqualTo(ResponseHeader.newBuilder()
                        .setClusterId(ServedMember.CLUSTER_ID)
                        .setMemberId(ServedMember.MEMBER_ID)
                        .setRevision(2)
                        .setRaftTerm(2)
                        .build());
        assertThat(response.hasPrevKv()).isFalse();
    }

    @Test
    void vector2RangeNeedsAKey() {
        assertRefused(() -> stubs.kv().range(get("")), INVALID_ARGUMENT, "etcdserver: key is not provided");
        assertRefused(() -> stubs.kv().put(put("", "v")), INVALID_ARGUMENT, "etcdserver: key is not provided");
        assertRefused(
                () -> stubs.kv().deleteRange(delete("", "")), INVALID_ARGUMENT, "etcdserver: key is not provided");
    }

    @Test
    void vector3RangeAtAFutureRevisionIsRefused() {
        assertRefused(
                () -> stubs.kv().range(range("a", "").setRevision(100).build()),
                OUT_OF_RANGE,
                "etcdserver: mvcc: required revision is a future revision");
    }

    @Test
    void vector4NestedTransactionMakesOneRevision() {
        TxnResponse response = stubs.kv()
                .txn(txn(op(put("n1", "x")), op(txn(op(put("n2", "y")), op(get("n1")))), op(delete("zz", ""))));

        assertThat(response.getSucceeded()).isTrue();
        assertThat(response.getHeader().getRevision()).isEqualTo(2);
        assertThat(response.getResponses(0).getResponsePut().getHeader()).isEqualTo(onlyRevision(2));
        TxnResponse nested = response.getResponses(1).getResponseTxn();
        assertThat(nested.hasHeader()).isTrue();
        assertThat(nested.getHeader()).isEqualTo(ResponseHeader.getDefaultInstance());
        assertThat(nested.getSucceeded()).isTrue();
        assertThat(nested.getResponses(0).getResponsePut().getHeader()).isEqualTo(onlyRevision(2));
        RangeResponse seen = nested.getResponses(1).getResponseRange();
        assertThat(seen.getHeader()).isEqualTo(onlyRevision(2));
        assertThat(seen.getCount()).isEqualTo(1);
        assertThat(seen.getKvs(0).getVersion()).isEqualTo(1);
        assertThat(seen.getKvs(0).getModRevision()).isEqualTo(2);
        DeleteRangeResponse deleted = response.getResponses(2).getResponseDeleteRange();
        assertThat(deleted.getHeader()).isEqualTo(onlyRevision(2));
        assertThat(deleted.getDeleted()).isZero();
    }

    @Test
    void vector5ComparisonAloneChangesNothing() {
        stubs.kv().put(put("n1", "x"));

        TxnResponse response = stubs.kv()
                .txn(TxnRequest.newBuilder()
                        .addCompare(compare("n1", CompareTarget.VERSION, CompareResult.EQUAL, 1))
                        .build());

        assertThat(response.getSucceeded()).isTrue();
        assertThat(response.getHeader().getRevision()).isEqualTo(2);
    }

    @Test
    void vectors6And7OneKeyIsWrittenOnceInATransaction() {
        String duplicate = "etcdserver: duplicate key given in txn request";

        assertRefused(() -> stubs.kv().txn(txn(op(put("n1", "x")), op(put("n1", "y")))), INVALID_ARGUMENT, duplicate);
        assertRefused(() -> stubs.kv().txn(txn(op(put("n1", "x")), op(delete("n1", "")))), INVALID_ARGUMENT, duplicate);
    }

    @Test
    void vector8SecondDeletionSeesWhatTheFirstLeft() {
        stubs.kv().put(put("n1", "x"));
        stubs.kv().put(put("n2", "y"));

        TxnResponse response = stubs.kv().txn(txn(op(delete("n1", "")), op(delete("n", "o"))));

        DeleteRangeResponse first = response.getResponses(0).getResponseDeleteRange();
        DeleteRangeResponse second = response.getResponses(1).getResponseDeleteRange();
        assertThat(first.getDeleted()).isEqualTo(1);
        assertThat(first.getPrevKvs(0).getKey()).isEqualTo(bytes("n1"));
        assertThat(second.getDeleted()).isEqualTo(1);
        assertThat(second.getPrevKvs(0).getKey()).isEqualTo(bytes("n2"));
        assertThat(response.getHeader().getRevision()).isEqualTo(4);
    }

    @Test
    void vector9DeletionOfNothingChangesNothing() {
        DeleteRangeResponse response = stubs.kv().deleteRange(delete("absent", ""));

        assertThat(response.getDeleted()).isZero();
        assertThat(response.getHeader().getRevision()).isEqualTo(1);
    }

    @Test
    void vector10IgnoredValueNeedsAKey() {
        assertRefused(
                () -> stubs.kv()
                        .put(PutRequest.newBuilder()
                                .setKey(bytes("absent"))
                                .setIgnoreValue(true)
                                .build()),
                INVALID_ARGUMENT,
                "etcdserver: key not found");
    }

    @Test
    void vector11PutNeedsItsLease() {
        assertRefused(
                () -> stubs.kv().put(put("a", "1").toBuilder().setLease(99).build()),
                NOT_FOUND,
                "etcdserver: requested lease not found");
    }

    @Test
    void vectors12To15SortLimitFilterAndCount() {
        for (int i = 5; i >= 1; i--) {
            stubs.kv().put(put("s" + i, "v"));
        }
        RangeRequest.Builder byMod = range("s", "t").setLimit(2).setSortTarget(SortTarget.MOD);

        RangeResponse sorted =
                stubs.kv().range(byMod.clone().setSortOrder(SortOrder.ASCEND).build());
        RangeResponse filtered = stubs.kv()
                .range(range("s", "t").setLimit(1).setMinModRevision(6).build());
        RangeResponse counted =
                stubs.kv().range(range("s", "t").setCountOnly(true).build());
        RangeResponse countedWithLimit =
                stubs.kv().range(range("s", "t").setCountOnly(true).setLimit(2).build());

        assertThat(keys(sorted)).containsExactly("s5", "s4");
        assertThat(sorted.getMore()).isTrue();
        assertThat(sorted.getCount()).isEqualTo(5);
        assertThat(keys(filtered)).containsExactly("s1");
        assertThat(filtered.getMore()).isFalse();
        assertThat(filtered.getCount()).isEqualTo(5);
        for (RangeResponse count : List.of(counted, countedWithLimit)) {
            assertThat(count.getCount()).isEqualTo(5);
            assertThat(count.getKvsCount()).isZero();
            assertThat(count.getMore()).isFalse();
        }
    }

    @Test
    void vectors16And17OddRangesAreAnswered() {
        stubs.kv().put(put("s", "v"));

        RangeResponse backwards = stubs.kv().range(range("t", "s").build());
        RangeResponse negative = stubs.kv().range(range("s", "").setRevision(-5).build());

        assertThat(backwards.getCount()).isZero();
        assertThat(backwards.getKvsCount()).isZero();
        assertThat(backwards.getHeader().getRevision()).isEqualTo(2);
        assertThat(keys(negative)).containsExactly("s");
    }

    @Test
    void vector18EmptyOperationIsRefused() {
        assertRefused(
                () -> stubs.kv().txn(txn(RequestOp.getDefaultInstance())),
                INVALID_ARGUMENT,
                "etcdserver: key not found");
    }

    @Test
    void vector19OldRevisionIsReadUnderTheNewestHeader() {
        putEightTimes();

        RangeResponse old = stubs.kv().range(range("a", "").setRevision(6).build());

        assertThat(old.getKvs(0).getValue()).isEqualTo(bytes("6"));
        assertThat(old.getHeader().getRevision()).isEqualTo(9);
    }

    @Test
    void vectors20To22CompactionMovesForwardOnly() {
        String compacted = "etcdserver: mvcc: required revision has been compacted";
        putEightTimes();

        assertThat(compact(7).getRevision()).isEqualTo(9);
        assertRefused(() -> compact(7), OUT_OF_RANGE, compacted);
        assertRefused(() -> compact(700), OUT_OF_RANGE, "etcdserver: mvcc: required revision is a future revision");
        assertRefused(() -> compact(0), OUT_OF_RANGE, compacted);
        assertRefused(() -> compact(-1), OUT_OF_RANGE, compacted);
        assertRefused(() -> stubs.kv().range(range("a", "").setRevision(6).build()), OUT_OF_RANGE, compacted);
        assertThat(stubs.kv()
                        .range(range("a", "").setRevision(7).build())
                        .getKvs(0)
                        .getValue())
                .isEqualTo(bytes("7"));
        assertRefused(() -> stubs.kv().txn(txn(op(range("a", "").setRevision(-6).build()))), OUT_OF_RANGE, compacted);
        assertRefused(
                () -> stubs.kv().txn(txn(op(range("a", "").setRevision(-6).build()), op(put("b", "1")))),
                OUT_OF_RANGE,
                compacted);
    }

    @Test
    void vector23WatchFromACompactedRevisionIsCancelled() throws InterruptedException {
        putEightTimes();
        compact(7);
        Watching watching = new Watching();

        watching.ask(watch("a", "", 3));

        WatchResponse created = watching.answers.next();
        assertThat(created.getCreated()).isTrue();
        assertThat(created.getCanceled()).isFalse();
        assertThat(created.getHeader().getRevision()).isEqualTo(9);
        WatchResponse cancelled = watching.answers.next();
        assertThat(cancelled.getCreated()).isFalse();
        assertThat(cancelled.getCanceled()).isTrue();
        assertThat(cancelled.getCompactRevision()).isEqualTo(7);
        assertThat(cancelled.getCancelReason()).isEmpty();
        assertThat(cancelled.getHeader().getRevision()).isZero();
    }

    @Test
    void vector24WatchFromTheCompactRevisionSeesIt() throws InterruptedException {
        putEightTimes();
        compact(7);
        Watching watching = new Watching();

        watching.ask(watch("a", "", 7));

        assertThat(watching.answers.next().getCreated()).isTrue();
        WatchResponse events = watching.answers.next();
        assertThat(events.getEventsList())
                .extracting(event -> event.getKv().getModRevision())
                .containsExactly(7L, 8L, 9L);
        assertThat(events.getHeader().getRevision()).isEqualTo(9);
    }

    @Test
    void vector25RequestsOfOneStreamAreAnsweredInOrder() throws InterruptedException {
        WatchRequest five =
                watch(WatchCreateRequest.newBuilder().setKey(bytes("a")).setWatchId(5));
        Watching watching = new Watching();

        watching.ask(five, five, watch("b", "a", 0), watch("a", "", 0), watch("a", "", 0));
        watching.ask(progress(), cancel(5), cancel(77));

        assertThat(watching.answers.next()).isEqualTo(created(5));
        assertThat(watching.answers.next())
                .isEqualTo(created(-1).toBuilder()
                        .setCanceled(true)
                        .setCancelReason("mvcc: duplicate watch ID provided on the WatchStream")
                        .build());
        assertThat(watching.answers.next())
                .isEqualTo(created(-1).toBuilder()
                        .setCanceled(true)
                        .setCancelReason("mvcc: watcher range is empty")
                        .build());
        assertThat(watching.answers.next()).isEqualTo(created(0));
        assertThat(watching.answers.next()).isEqualTo(created(1));
        assertThat(watching.answers.next())
                .isEqualTo(created(-1).toBuilder().setCreated(false).build());
        assertThat(watching.answers.next())
                .isEqualTo(created(5).toBuilder()
                        .setCreated(false)
                        .setCanceled(true)
                        .build());
        watching.answers.quietFor(Duration.ofMillis(100));
    }

    @Test
    void vector26IdleWatcherHearsOfProgress() throws InterruptedException {
        Watching watching = new Watching();
        watching.ask(watch(
                WatchCreateRequest.newBuilder().setKey(bytes("a")).setWatchId(9).setProgressNotify(true)));
        assertThat(watching.answers.next()).isEqualTo(created(9));

        stubs.kv().put(put("other", "1"));

        WatchResponse notice = watching.answers.next();
        assertThat(notice.getWatchId()).isEqualTo(9);
        assertThat(notice.getEventsCount()).isZero();
        assertThat(notice.getHeader().getRevision()).isEqualTo(2);
    }

    @Test
    void vector27WatchOfTheFutureWaitsForIt() throws InterruptedException {
        Watching watching = new Watching();
        watching.ask(watch("a", "", 4));
        assertThat(watching.answers.next().getCreated()).isTrue();

        watching.ask(progress());
        watching.answers.quietFor(Duration.ofMillis(100));
        for (int i = 2; i <= 4; i++) {
            stubs.kv().put(put("a", "" + i));
        }

        WatchResponse first = watching.answers.next();
        assertThat(first.getEventsList())
                .extracting(event -> event.getKv().getModRevision())
                .containsExactly(4L);
    }

    @Test
    void vector28TombstoneAtTheCompactRevisionIsWatched() throws InterruptedException {
        stubs.kv().put(put("k", "v2"));
        stubs.kv().put(put("k", "v3"));
        stubs.kv().put(put("k", "v4"));
        stubs.kv().deleteRange(delete("k", ""));
        stubs.kv().put(put("k", "v6"));
        compact(5);
        Watching watching = new Watching();

        watching.ask(watch("k", "", 5));

        assertThat(watching.answers.next().getCreated()).isTrue();
        List<Event> events = watching.answers.next().getEventsList();
        assertThat(events).extracting(Event::getType).containsExactly(Event.EventType.DELETE, Event.EventType.PUT);
        assertThat(events).extracting(event -> event.getKv().getModRevision()).containsExactly(5L, 6L);
        assertThat(events.getFirst().getKv().toBuilder()
                        .clearKey()
                        .clearModRevision()
                        .build())
                .isEqualTo(dev.mainstay.etcd.proto.KeyValue.getDefaultInstance());
    }

    @Test
    void vector29TtlsAreRaisedToTheMinimum() {
        assertThat(grant(0, 1).getTTL()).isEqualTo(2);
        assertThat(grant(77, 100).getTTL()).isEqualTo(100);
        assertRefused(() -> grant(77, 100), FAILED_PRECONDITION, "etcdserver: lease already exists");
        assertRefused(() -> grant(78, 9_000_000_001L), OUT_OF_RANGE, "etcdserver: too large lease TTL");
        assertThat(grant(-4, 0).getTTL()).isEqualTo(2);
        assertThat(grant(0, -10).getTTL()).isEqualTo(2);
        assertThat(grant(0, 5).getID()).isPositive();
    }

    @Test
    void vector30KeepAliveOfAnUnknownLeaseIsNoError() throws InterruptedException {
        grant(77, 100);
        Answers<LeaseKeepAliveResponse> answers = new Answers<>();
        StreamObserver<LeaseKeepAliveRequest> requests = stubs.leaseStreams().leaseKeepAlive(answers);

        requests.onNext(LeaseKeepAliveRequest.newBuilder().setID(77).build());
        requests.onNext(LeaseKeepAliveRequest.newBuilder().setID(1234).build());
        requests.onCompleted();

        LeaseKeepAliveResponse first = answers.next();
        assertThat(first.getID()).isEqualTo(77);
        assertThat(first.getTTL()).isEqualTo(100);
        assertThat(first.getHeader().getRevision()).isEqualTo(1);
        LeaseKeepAliveResponse second = answers.next();
        assertThat(second.getID()).isEqualTo(1234);
        assertThat(second.getTTL()).isZero();
        assertThat(answers.end().isOk()).isTrue();
    }

    @Test
    void vectors31To33LeaseHoldsItsKeysUntilRevoked() {
        grant(77, 100);
        stubs.kv().put(put("leased", "v").toBuilder().setLease(77).build());

        LeaseTimeToLiveResponse known = timeToLive(77);
        LeaseTimeToLiveResponse unknown = timeToLive(1234);
        long revisionOfRevocation = revoke(77);

        assertThat(known.getTTL()).isEqualTo(99);
        assertThat(known.getGrantedTTL()).isEqualTo(100);
        assertThat(known.getKeysList()).containsExactly(bytes("leased"));
        assertThat(unknown.getTTL()).isEqualTo(-1);
        assertThat(unknown.getID()).isEqualTo(1234);
        assertThat(revisionOfRevocation).isEqualTo(3);
        assertThat(stubs.kv().range(get("leased")).getCount()).isZero();
        assertRefused(() -> revoke(77), NOT_FOUND, "etcdserver: requested lease not found");
    }

    @Test
    void vector34NoSpaceStopsWhatGrows() {
        stubs.kv().put(put("a", "1"));

        List<AlarmMember> raised = alarm(AlarmRequest.AlarmAction.ACTIVATE, AlarmType.NOSPACE);

        assertThat(raised)
                .containsExactly(AlarmMember.newBuilder()
                        .setMemberID(ServedMember.MEMBER_ID)
                        .setAlarm(AlarmType.NOSPACE)
                        .build());
        String noSpace = "etcdserver: mvcc: database space exceeded";
        assertRefused(() -> stubs.kv().put(put("a", "2")), RESOURCE_EXHAUSTED, noSpace);
        assertRefused(() -> grant(1, 10), RESOURCE_EXHAUSTED, noSpace);
        assertThat(stubs.kv().deleteRange(delete("a", "")).getDeleted()).isEqualTo(1);
        assertThat(stubs.maintenance()
                        .status(StatusRequest.getDefaultInstance())
                        .getErrorsList())
                .containsExactly("memberID:" + Long.toUnsignedString(ServedMember.MEMBER_ID) + " alarm:NOSPACE ");
        assertThat(alarm(AlarmRequest.AlarmAction.GET, AlarmType.NONE)).isEqualTo(raised);
        assertThat(alarm(AlarmRequest.AlarmAction.DEACTIVATE, AlarmType.NOSPACE))
                .isEqualTo(raised);
        assertThat(alarm(AlarmRequest.AlarmAction.DEACTIVATE, AlarmType.NOSPACE))
                .isEmpty();
        assertThat(stubs.kv().put(put("a", "2")).getHeader().getRevision()).isEqualTo(4);
    }

    @Test
    void vector35CorruptionStopsWrites() {
        stubs.kv().put(put("a", "1"));

        assertThat(alarm(AlarmRequest.AlarmAction.ACTIVATE, AlarmType.CORRUPT)).hasSize(1);

        String corrupt = "etcdserver: corrupt cluster";
        assertRefused(() -> stubs.kv().put(put("a", "2")), DATA_LOSS, corrupt);
        assertThat(stubs.kv().range(get("a")).getCount()).isEqualTo(1);
        assertRefused(() -> stubs.kv().deleteRange(delete("a", "")), DATA_LOSS, corrupt);
        assertThat(stubs.kv().txn(txn(op(get("a")))).getSucceeded()).isTrue();
    }

    @Test
    void vector36ASnapshotIsSectorsAndTheirHash() throws NoSuchAlgorithmException {
        stubs.kv().put(put("a", "1"));
        stubs.kv().put(put("b", "x".repeat(100_000)));

        List<SnapshotResponse> answers = new ArrayList<>();
        stubs.maintenance().snapshot(SnapshotRequest.getDefaultInstance()).forEachRemaining(answers::add);

        SnapshotResponse last = answers.removeLast();
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        long left =
                answers.stream().mapToLong(answer -> answer.getBlob().size()).sum();
        assertThat(left).isPositive().matches(bytes -> bytes % 512 == 0);
        for (SnapshotResponse answer : answers) {
            left -= answer.getBlob().size();
            assertThat(answer.getBlob().size()).isBetween(1, 32 << 10);
            assertThat(answer.getRemainingBytes()).isEqualTo(left);
            assertThat(answer.getVersion()).isEqualTo("3.7.0");
            assertThat(answer.hasHeader()).isFalse();
            digest.update(answer.getBlob().toByteArray());
        }
        assertThat(answers).hasSizeGreaterThan(3);
        assertThat(last.getRemainingBytes()).isZero();
        assertThat(last.getBlob().toByteArray()).isEqualTo(digest.digest());
    }

    @Test
    void vector49DefragmentationSaysNothing() {
        assertThat(stubs.maintenance().defragment(DefragmentRequest.getDefaultInstance()))
                .isEqualTo(DefragmentResponse.getDefaultInstance());
    }

    @Test
    void vector49aNestedPutThenNestedDeletionIsTheHoleThatClientsUse() throws InterruptedException {
        TxnRequest put = txn(op(put("k", "v")));
        TxnRequest deletion = txn(op(delete("k", "")));

        TxnResponse accepted = stubs.kv().txn(txn(op(put), op(deletion)));

        assertThat(accepted.getHeader().getRevision()).isEqualTo(2);
        assertThat(eventsFrom(2))
                .extracting(Event::getType)
                .containsExactly(Event.EventType.PUT, Event.EventType.DELETE);
        assertRefused(
                () -> stubs.kv().txn(txn(op(deletion), op(put))),
                INVALID_ARGUMENT,
                "etcdserver: duplicate key given in txn request");
    }

    @Test
    void vector49bDeletionWithAnOpenEndMeetsNoPut() throws InterruptedException {
        stubs.kv().put(put("k", "v1"));

        TxnResponse accepted = stubs.kv().txn(txn(op(delete("k", OPEN)), op(put("k", "v2"))));

        assertThat(accepted.getHeader().getRevision()).isEqualTo(3);
        List<Event> events = eventsFrom(3);
        assertThat(events).extracting(Event::getType).containsExactly(Event.EventType.DELETE, Event.EventType.PUT);
        assertThat(events.getFirst().getPrevKv().getValue()).isEqualTo(bytes("v1"));
        assertThat(events.getLast().getKv().getVersion()).isEqualTo(1);
        assertThat(events.getLast().getKv().getCreateRevision()).isEqualTo(3);
    }

    @Test
    void vector49cBothBranchesOfANestedTransactionMayPutOneKey() {
        TxnRequest either = TxnRequest.newBuilder()
                .addSuccess(op(put("k", "yes")))
                .addFailure(op(put("k", "no")))
                .build();

        assertThat(stubs.kv().txn(txn(op(either))).getSucceeded()).isTrue();
        assertThat(stubs.kv().range(get("k")).getKvs(0).getValue()).isEqualTo(bytes("yes"));
    }

    @Test
    void vector49dNestedComparisonSeesTheStateBefore() {
        TxnRequest nested = TxnRequest.newBuilder()
                .addCompare(compare("new", CompareTarget.VERSION, CompareResult.GREATER, 0))
                .build();

        TxnResponse response = stubs.kv().txn(txn(op(put("new", "v")), op(nested)));

        assertThat(response.getSucceeded()).isTrue();
        assertThat(response.getResponses(1).getResponseTxn().getSucceeded()).isFalse();
    }

    @Test
    void vector49eComparisonsOfWhatIsNotThere() {
        stubs.kv().put(put("a", "1"));
        Compare missing = Compare.newBuilder()
                .setKey(bytes("absent"))
                .setTarget(CompareTarget.VALUE)
                .setResult(CompareResult.NOT_EQUAL)
                .setValue(bytes("x"))
                .build();
        Compare otherArm = Compare.newBuilder()
                .setKey(bytes("absent"))
                .setTarget(CompareTarget.VERSION)
                .setResult(CompareResult.EQUAL)
                .setModRevision(5)
                .build();

        assertThat(succeeds(missing)).isFalse();
        assertThat(succeeds(otherArm)).isTrue();
        assertThat(succeeds(otherArm.toBuilder().setKey(bytes("a")).build())).isFalse();
    }

    @Test
    void vector49fTooLargeIsSaidInTwoWays() {
        assertRefused(() -> stubs.kv().put(putOf(1_572_900)), INVALID_ARGUMENT, "etcdserver: request is too large");
        StatusRuntimeException larger = refusal(() -> stubs.kv().put(putOf(2_200_000)));
        assertThat(larger.getStatus().getCode().value()).isEqualTo(RESOURCE_EXHAUSTED);
        assertThat(larger.getStatus().getDescription())
                .matches("grpc: received message larger than max \\(22000\\d\\d vs\\. 2097152\\)");
        assertThat(stubs.kv().put(putOf(1_500_000)).getHeader().getRevision()).isEqualTo(2);
    }

    @Test
    void vector49gFreshStoreCompactsToZeroOnce() {
        assertThat(compact(0).getRevision()).isEqualTo(1);
        assertRefused(() -> compact(0), OUT_OF_RANGE, "etcdserver: mvcc: required revision has been compacted");
    }

    private void putEightTimes() {
        for (int revision = 2; revision <= 9; revision++) {
            assertThat(stubs.kv().put(put("a", "" + revision)).getHeader().getRevision())
                    .isEqualTo(revision);
        }
    }

    private ResponseHeader compact(long revision) {
        return stubs.kv()
                .compact(CompactionRequest.newBuilder()
                        .setRevision(revision)
                        .setPhysical(true)
                        .build())
                .getHeader();
    }

    private dev.mainstay.etcd.proto.LeaseGrantResponse grant(long id, long ttlSeconds) {
        return stubs.lease()
                .leaseGrant(LeaseGrantRequest.newBuilder()
                        .setID(id)
                        .setTTL(ttlSeconds)
                        .build());
    }

    private long revoke(long id) {
        return stubs.lease()
                .leaseRevoke(LeaseRevokeRequest.newBuilder().setID(id).build())
                .getHeader()
                .getRevision();
    }

    private LeaseTimeToLiveResponse timeToLive(long id) {
        return stubs.lease()
                .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder()
                        .setID(id)
                        .setKeys(true)
                        .build());
    }

    private List<AlarmMember> alarm(AlarmRequest.AlarmAction action, AlarmType type) {
        return stubs.maintenance()
                .alarm(AlarmRequest.newBuilder()
                        .setAction(action)
                        .setMemberID(ServedMember.MEMBER_ID)
                        .setAlarm(type)
                        .build())
                .getAlarmsList();
    }

    private boolean succeeds(Compare compare) {
        return stubs.kv()
                .txn(TxnRequest.newBuilder().addCompare(compare).build())
                .getSucceeded();
    }

    private static PutRequest putOf(int valueBytes) {
        return PutRequest.newBuilder()
                .setKey(bytes("big"))
                .setValue(ByteString.copyFrom(new byte[valueBytes]))
                .build();
    }

    private List<Event> eventsFrom(long revision) throws InterruptedException {
        Watching watching = new Watching();
        watching.ask(watch(WatchCreateRequest.newBuilder()
                .setKey(bytes(OPEN))
                .setRangeEnd(bytes(OPEN))
                .setPrevKv(true)
                .setStartRevision(revision)));
        assertThat(watching.answers.next().getCreated()).isTrue();
        return watching.answers.next().getEventsList();
    }

    private static WatchResponse created(long watchId) {
        return WatchResponse.newBuilder()
                .setHeader(ResponseHeader.newBuilder()
                        .setClusterId(ServedMember.CLUSTER_ID)
                        .setMemberId(ServedMember.MEMBER_ID)
                        .setRevision(1)
                        .setRaftTerm(2))
                .setWatchId(watchId)
                .setCreated(true)
                .build();
    }

    private static ResponseHeader onlyRevision(long revision) {
        return ResponseHeader.newBuilder().setRevision(revision).build();
    }

    private static List<String> keys(RangeResponse response) {
        return response.getKvsList().stream()
                .map(kv -> kv.getKey().toStringUtf8())
                .toList();
    }

    private static StatusRuntimeException refusal(ThrowingCallable call) {
        return catchThrowableOfType(StatusRuntimeException.class, call);
    }

    private static void assertRefused(ThrowingCallable call, int code, String message) {
        StatusRuntimeException refusal = refusal(call);
        assertThat(refusal).isNotNull();
        assertThat(refusal.getStatus().getDescription()).isEqualTo(message);
        assertThat(refusal.getStatus().getCode().value()).isEqualTo(code);
    }

    /** One watch stream. */
    private final class Watching {

        private final Answers<WatchResponse> answers = new Answers<>();
        private final StreamObserver<WatchRequest> requests = stubs.watch().watch(answers);

        void ask(WatchRequest... asked) {
            for (WatchRequest request : asked) {
                requests.onNext(request);
            }
        }
    }
}
