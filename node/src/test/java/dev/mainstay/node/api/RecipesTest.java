package dev.mainstay.node.api;

import static dev.mainstay.node.api.Requests.bytes;
import static dev.mainstay.node.api.Requests.delete;
import static dev.mainstay.node.api.Requests.put;
import static dev.mainstay.node.api.Requests.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.AlarmRequest;
import dev.mainstay.etcd.proto.AlarmType;
import dev.mainstay.etcd.proto.CampaignRequest;
import dev.mainstay.etcd.proto.CampaignResponse;
import dev.mainstay.etcd.proto.CompactionRequest;
import dev.mainstay.etcd.proto.ElectionGrpc;
import dev.mainstay.etcd.proto.KeyValue;
import dev.mainstay.etcd.proto.LeaderKey;
import dev.mainstay.etcd.proto.LeaderRequest;
import dev.mainstay.etcd.proto.LeaderResponse;
import dev.mainstay.etcd.proto.LeaseGrantRequest;
import dev.mainstay.etcd.proto.LeaseRevokeRequest;
import dev.mainstay.etcd.proto.LeaseTimeToLiveRequest;
import dev.mainstay.etcd.proto.LockGrpc;
import dev.mainstay.etcd.proto.LockRequest;
import dev.mainstay.etcd.proto.LockResponse;
import dev.mainstay.etcd.proto.ProclaimRequest;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.ResignRequest;
import dev.mainstay.etcd.proto.UnlockRequest;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The Lock and Election services over a member in memory. */
class RecipesTest {

    private static final long FIRST = 0x10;
    private static final long SECOND = 0x20;
    private static final long THIRD = 0x30;

    private final ServedMember member = new ServedMember();
    private final ManagedChannel channel = member.connect();
    private final ServedMember.Stubs stubs = ServedMember.Stubs.over(channel);
    private final LockGrpc.LockBlockingStub lock = LockGrpc.newBlockingStub(channel);
    private final ElectionGrpc.ElectionBlockingStub election = ElectionGrpc.newBlockingStub(channel);

    RecipesTest() {
        for (long lease : new long[] {FIRST, SECOND, THIRD}) {
            stubs.lease()
                    .leaseGrant(LeaseGrantRequest.newBuilder()
                            .setID(lease)
                            .setTTL(100)
                            .build());
        }
    }

    @AfterEach
    void close() {
        channel.shutdownNow();
        member.close();
    }

    @Test
    void lockIsAKeyWithTheLeaseInHexadecimal() {
        LockResponse response = lock.lock(locking("l", FIRST));

        assertThat(response.getKey()).isEqualTo(bytes("l/10"));
        KeyValue kv = keys("l/").getFirst();
        assertThat(kv.getLease()).isEqualTo(FIRST);
        assertThat(kv.getValue()).isEqualTo(ByteString.EMPTY);
        assertThat(kv.getCreateRevision()).isEqualTo(response.getHeader().getRevision());
        assertThat(response.getHeader().getMemberId()).isEqualTo(ServedMember.MEMBER_ID);
        assertThat(lock.lock(locking("l", FIRST)).getKey()).isEqualTo(bytes("l/10"));
    }

    @Test
    void lockWithoutALeaseLivesForAMinute() {
        ByteString key = lock.lock(locking("l", 0)).getKey();

        long lease = keys("l/").getFirst().getLease();
        assertThat(key).isEqualTo(bytes("l/" + Long.toHexString(lease)));
        assertThat(stubs.lease()
                        .leaseTimeToLive(
                                LeaseTimeToLiveRequest.newBuilder().setID(lease).build())
                        .getGrantedTTL())
                .isEqualTo(60);
    }

    @Test
    void lockPassesOnInTheOrderOfTheKeys() throws Exception {
        lock.lock(locking("l", FIRST));
        Answers<LockResponse> second = waiting("l", SECOND, 1);
        Answers<LockResponse> third = waiting("l", THIRD, 2);

        lock.unlock(unlocking("l/10"));
        LockResponse won = second.next();

        assertThat(won.getKey()).isEqualTo(bytes("l/20"));
        assertThat(won.getHeader().getRevision()).isEqualTo(member.store.revision());
        assertThat(third.isOpen()).isTrue();
        lock.unlock(unlocking("l/20"));
        assertThat(third.next().getKey()).isEqualTo(bytes("l/30"));
        assertThat(member.api.recipes().contendersWaiting()).isZero();
        Eventually.holds("nobody watches", () -> member.watchStreams() == 0);
    }

    @Test
    void oneInTheMiddleMayLeave() throws Exception {
        lock.lock(locking("l", FIRST));
        Answers<LockResponse> second = waiting("l", SECOND, 1);
        Answers<LockResponse> third = waiting("l", THIRD, 2);

        stubs.lease().leaseRevoke(LeaseRevokeRequest.newBuilder().setID(SECOND).build());
        third.quietFor(Duration.ofMillis(100));
        lock.unlock(unlocking("l/10"));

        assertThat(third.next().getKey()).isEqualTo(bytes("l/30"));
        assertUnknown(second.end(), "mutex: session is expired");
    }

    @Test
    void whoStopsWaitingTakesTheKeyAlong() {
        lock.lock(locking("l", FIRST));
        Context.CancellableContext client = Context.current().withCancellation();
        client.run(() -> waiting("l", SECOND, 1));

        client.cancel(null);

        Eventually.holds("the key is gone", () -> keys("l/").size() == 1);
        Eventually.holds(
                "nobody waits", () -> member.api.recipes().contendersWaiting() == 0 && member.watchStreams() == 0);
    }

    @Test
    void whoseTimeIsOverTakesTheKeyAlong() {
        lock.lock(locking("l", FIRST));

        assertThatThrownBy(
                        () -> lock.withDeadlineAfter(200, TimeUnit.MILLISECONDS).lock(locking("l", SECOND)))
                .extracting(failure -> Status.fromThrowable(failure).getCode())
                .isEqualTo(Status.Code.DEADLINE_EXCEEDED);

        Eventually.holds("the key is gone", () -> keys("l/").size() == 1);
    }

    @Test
    void compactionDoesNotDisturbWhoWaits() throws Exception {
        lock.lock(locking("l", FIRST));
        Answers<LockResponse> second = waiting("l", SECOND, 1);

        stubs.kv().put(put("other", "v"));
        stubs.kv()
                .compact(CompactionRequest.newBuilder()
                        .setRevision(member.store.revision())
                        .build());
        lock.unlock(unlocking("l/10"));

        assertThat(second.next().getKey()).isEqualTo(bytes("l/20"));
    }

    @Test
    void refusalsAreUnknownAndSpeakForThemselves() {
        assertUnknown(() -> lock.lock(locking("l", 99)), "etcdserver: requested lease not found");
        assertUnknown(() -> lock.unlock(UnlockRequest.getDefaultInstance()), "etcdserver: key is not provided");
        assertUnknown(
                () -> election.leader(
                        LeaderRequest.newBuilder().setName(bytes("e")).build()),
                "election: no leader");
        assertUnknown(
                () -> election.proclaim(ProclaimRequest.getDefaultInstance()), "\"leader\" field must be provided");
        assertUnknown(() -> election.resign(ResignRequest.getDefaultInstance()), "\"leader\" field must be provided");
        assertUnknown(
                () -> election.campaign(CampaignRequest.newBuilder()
                        .setName(bytes("e"))
                        .setLease(FIRST)
                        .setValue(ByteString.copyFrom(new byte[ServedMember.MAX_REQUEST_BYTES]))
                        .build()),
                "etcdserver: request is too large");
        assertThat(keys("l/")).isEmpty();
    }

    @Test
    void unlockOfNothingIsFine() {
        long revision = member.store.revision();

        assertThat(lock.unlock(unlocking("nothing")).getHeader().getRevision()).isEqualTo(revision);
    }

    @Test
    void manyWaitForOneLockWithOneWatcherEach() throws Exception {
        lock.lock(locking("l", FIRST));
        List<Answers<LockResponse>> waiting = new ArrayList<>();
        for (int i = 1; i <= 200; i++) {
            stubs.lease()
                    .leaseGrant(LeaseGrantRequest.newBuilder()
                            .setID(1000 + i)
                            .setTTL(100)
                            .build());
            waiting.add(waiting("l", 1000 + i, i));
        }
        Eventually.holds("each watches one", () -> member.watchers() == 200);

        lock.unlock(unlocking("l/10"));
        for (Answers<LockResponse> next : waiting) {
            lock.unlock(UnlockRequest.newBuilder().setKey(next.next().getKey()).build());
        }

        assertThat(keys("l/")).isEmpty();
    }

    @Test
    void leaderIsWhoCameFirstAndHoldsWhatItProclaims() {
        LeaderKey leader = election.campaign(campaign(FIRST, "one")).getLeader();

        assertThat(leader.getName()).isEqualTo(bytes("e"));
        assertThat(leader.getKey()).isEqualTo(bytes("e/10"));
        assertThat(leader.getLease()).isEqualTo(FIRST);
        assertThat(leader.getRev()).isEqualTo(member.store.revision());
        assertThat(leaderOf("e").getKv().getValue()).isEqualTo(bytes("one"));
        election.proclaim(proclaim(leader, "two"));
        assertThat(leaderOf("e").getKv().getValue()).isEqualTo(bytes("two"));
        assertThat(leaderOf("e").getKv().getLease()).isEqualTo(FIRST);
    }

    @Test
    void campaigningAgainProclaims() {
        LeaderKey leader = election.campaign(campaign(FIRST, "one")).getLeader();

        assertThat(election.campaign(campaign(FIRST, "two")).getLeader()).isEqualTo(leader);
        assertThat(leaderOf("e").getKv().getValue()).isEqualTo(bytes("two"));
    }

    @Test
    void whoLostMayNotProclaimButMayResign() throws Exception {
        LeaderKey leader = election.campaign(campaign(FIRST, "one")).getLeader();
        Answers<CampaignResponse> second = campaigning(SECOND, "two");

        election.resign(ResignRequest.newBuilder().setLeader(leader).build());

        assertThat(second.next().getLeader().getKey()).isEqualTo(bytes("e/20"));
        assertUnknown(() -> election.proclaim(proclaim(leader, "late")), "election: not leader");
        election.resign(ResignRequest.newBuilder().setLeader(leader).build());
        assertThat(leaderOf("e").getKv().getValue()).isEqualTo(bytes("two"));
    }

    @Test
    void campaignWhoseLeaseEndedIsNotWon() {
        LeaderKey leader = election.campaign(campaign(FIRST, "one")).getLeader();
        Answers<CampaignResponse> second = campaigning(SECOND, "two");

        stubs.lease().leaseRevoke(LeaseRevokeRequest.newBuilder().setID(SECOND).build());
        election.resign(ResignRequest.newBuilder().setLeader(leader).build());

        assertUnknown(second.end(), "mutex: session is expired");
    }

    @Test
    void observerSeesValuesAndLeadersInOrder() throws Exception {
        Answers<LeaderResponse> observer = observing();
        observer.quietFor(Duration.ofMillis(100));

        LeaderKey leader = election.campaign(campaign(FIRST, "one")).getLeader();
        assertThat(told(observer)).isEqualTo("e/10=one@" + member.store.revision());
        election.proclaim(proclaim(leader, "two"));
        assertThat(told(observer)).isEqualTo("e/10=two@" + member.store.revision());
        Answers<CampaignResponse> second = campaigning(SECOND, "three");
        stubs.kv()
                .put(PutRequest.newBuilder()
                        .setKey(bytes("e/20"))
                        .setValue(bytes("not yet"))
                        .setLease(SECOND)
                        .build());
        observer.quietFor(Duration.ofMillis(100));
        election.resign(ResignRequest.newBuilder().setLeader(leader).build());
        second.next();
        assertThat(told(observer)).isEqualTo("e/20=not yet@" + member.store.revision());
        stubs.kv().deleteRange(delete("e/", "e0"));
        observer.quietFor(Duration.ofMillis(100));
        election.campaign(campaign(THIRD, "four"));
        assertThat(told(observer)).isEqualTo("e/30=four@" + member.store.revision());
        assertThat(member.api.recipes().observers()).isEqualTo(1);
    }

    @Test
    void observerThatLeavesLeavesNothing() {
        election.campaign(campaign(FIRST, "one"));
        Context.CancellableContext client = Context.current().withCancellation();
        client.run(this::observing);
        Eventually.holds("it watches", () -> member.watchers() == 1);

        client.cancel(null);

        Eventually.holds("nothing is left", () -> member.api.recipes().observers() == 0 && member.watchStreams() == 0);
    }

    @Test
    void learnerRefuses() {
        member.learner = true;

        assertThatThrownBy(() -> lock.lock(locking("l", FIRST)))
                .hasMessageContaining("etcdserver: rpc not supported for learner");
        assertThatThrownBy(() -> leaderOf("e")).hasMessageContaining("etcdserver: rpc not supported for learner");
    }

    @Test
    void memberThatWithdrawsEndsWhatWaits() {
        lock.lock(locking("l", FIRST));
        Answers<LockResponse> second = waiting("l", SECOND, 1);
        Answers<LeaderResponse> observer = observing();
        Eventually.holds("both watch", () -> member.watchers() == 2);

        stubs.maintenance()
                .alarm(AlarmRequest.newBuilder()
                        .setAction(AlarmRequest.AlarmAction.ACTIVATE)
                        .setMemberID(ServedMember.MEMBER_ID)
                        .setAlarm(AlarmType.CORRUPT)
                        .build());
        member.api.serving(false);

        assertThat(second.end().getDescription()).startsWith("etcdserver: corrupt member");
        assertThat(observer.end().getDescription()).startsWith("etcdserver: corrupt member");
    }

    @Test
    void memberThatStopsEndsWhatWaits() {
        lock.lock(locking("l", FIRST));
        Answers<LockResponse> second = waiting("l", SECOND, 1);

        member.api.recipes().stop();

        assertThat(second.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(second.end().getDescription()).isEqualTo("etcdserver: server stopped");
        Eventually.holds("the key is gone", () -> keys("l/").size() == 1);
    }

    private Answers<LockResponse> waiting(String name, long lease, int contenders) {
        Answers<LockResponse> answers = new Answers<>();
        LockGrpc.newStub(channel).lock(locking(name, lease), answers);
        Eventually.holds(
                "it waits",
                () -> member.api.recipes().contendersWaiting() >= contenders && member.watchers() >= contenders);
        return answers;
    }

    private Answers<CampaignResponse> campaigning(long lease, String value) {
        Answers<CampaignResponse> answers = new Answers<>();
        ElectionGrpc.newStub(channel).campaign(campaign(lease, value), answers);
        Eventually.holds("it waits", () -> member.api.recipes().contendersWaiting() == 1);
        return answers;
    }

    private Answers<LeaderResponse> observing() {
        Answers<LeaderResponse> answers = new Answers<>();
        ElectionGrpc.newStub(channel)
                .observe(LeaderRequest.newBuilder().setName(bytes("e")).build(), answers);
        return answers;
    }

    private static String told(Answers<LeaderResponse> observer) throws InterruptedException {
        LeaderResponse response = observer.next();
        return response.getKv().getKey().toStringUtf8() + "="
                + response.getKv().getValue().toStringUtf8() + "@"
                + response.getHeader().getRevision();
    }

    private LeaderResponse leaderOf(String name) {
        return election.leader(LeaderRequest.newBuilder().setName(bytes(name)).build());
    }

    private List<KeyValue> keys(String prefix) {
        String end = prefix.substring(0, prefix.length() - 1) + "0";
        return stubs.kv().range(range(prefix, end).build()).getKvsList();
    }

    private static LockRequest locking(String name, long lease) {
        return LockRequest.newBuilder().setName(bytes(name)).setLease(lease).build();
    }

    private static UnlockRequest unlocking(String key) {
        return UnlockRequest.newBuilder().setKey(bytes(key)).build();
    }

    private static CampaignRequest campaign(long lease, String value) {
        return CampaignRequest.newBuilder()
                .setName(bytes("e"))
                .setLease(lease)
                .setValue(bytes(value))
                .build();
    }

    private static ProclaimRequest proclaim(LeaderKey leader, String value) {
        return ProclaimRequest.newBuilder()
                .setLeader(leader)
                .setValue(bytes(value))
                .build();
    }

    private static void assertUnknown(ThrowingCallable call, String text) {
        assertThatThrownBy(call)
                .isInstanceOf(StatusRuntimeException.class)
                .satisfies(failure -> assertUnknown(Status.fromThrowable(failure), text));
    }

    private static void assertUnknown(Status status, String text) {
        assertThat(status.getCode()).isEqualTo(Status.Code.UNKNOWN);
        assertThat(status.getDescription()).isEqualTo(text);
    }
}
