package dev.mainstay.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.CampaignRequest;
import dev.mainstay.etcd.proto.CampaignResponse;
import dev.mainstay.etcd.proto.ElectionGrpc;
import dev.mainstay.etcd.proto.LeaderKey;
import dev.mainstay.etcd.proto.LeaderRequest;
import dev.mainstay.etcd.proto.LeaderResponse;
import dev.mainstay.etcd.proto.LeaseGrantRequest;
import dev.mainstay.etcd.proto.LeaseTimeToLiveRequest;
import dev.mainstay.etcd.proto.LockGrpc;
import dev.mainstay.etcd.proto.LockRequest;
import dev.mainstay.etcd.proto.LockResponse;
import dev.mainstay.etcd.proto.ProclaimRequest;
import dev.mainstay.etcd.proto.ResignRequest;
import dev.mainstay.etcd.proto.UnlockRequest;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** The Lock and Election services, alone and together with etcdctl, which has the same recipes on its own side. */
final class LockAndElectionE2E extends EtcdctlSuite {
    private static final int PATIENCE_SECONDS = 20;

    @Test
    void lockIsOneWithThatOfEtcdctl() throws Exception {
        LockResponse mine = locks().lock(lock("shared", lease(60)));
        assertThat(mine.getKey().toStringUtf8()).matches("shared/[0-9a-f]+");
        assertThat(mine.getHeader().getRevision()).isEqualTo(revision());
        try (ProgramRun theirs = etcdctl().start("lock", "shared")) {
            awaitKeys("shared/", 2);
            assertThat(theirs.toString()).doesNotContain("shared/");

            locks().unlock(UnlockRequest.newBuilder().setKey(mine.getKey()).build());
            theirs.awaitOut(out -> out.startsWith("shared/") && out.endsWith("\n"));

            Future<LockResponse> again =
                    LockGrpc.newFutureStub(client().channel()).lock(lock("shared", lease(60)));
            awaitKeys("shared/", 2);
            theirs.interrupt();
            assertThat(again.get(PATIENCE_SECONDS, TimeUnit.SECONDS).getKey().toStringUtf8())
                    .isEqualTo(keys("get", "--prefix", "shared/").getFirst());
        }
    }

    @Test
    void lockWithTheSameLeaseIsTheSame() {
        long lease = lease(60);

        assertThat(locks().lock(lock("twice", lease)).getKey().toStringUtf8())
                .isEqualTo("twice/" + Long.toHexString(lease));
        assertThat(locks().lock(lock("twice", lease)).getKey().toStringUtf8())
                .isEqualTo("twice/" + Long.toHexString(lease));
    }

    @Test
    void lockWithoutALeaseHasOneOfAMinute() {
        String key = locks().lock(lock("own", 0)).getKey().toStringUtf8();

        assertThat(client().lease()
                        .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder()
                                .setID(Long.parseLong(key.substring("own/".length()), 16))
                                .build())
                        .getGrantedTTL())
                .isEqualTo(60);
    }

    @Test
    void lockPassesOnWhenItsLeaseExpires() throws Exception {
        locks().lock(lock("expires", lease(2)));
        Future<LockResponse> next = LockGrpc.newFutureStub(client().channel()).lock(lock("expires", lease(60)));

        assertThat(next.get(PATIENCE_SECONDS, TimeUnit.SECONDS).getKey().toStringUtf8())
                .startsWith("expires/");
    }

    @Test
    void whoseLeaseExpiredWhileWaitingHasNoLock() throws Exception {
        LockResponse held = locks().lock(lock("late", lease(60)));
        Future<LockResponse> late = LockGrpc.newFutureStub(client().channel()).lock(lock("late", lease(2)));
        awaitKeys("late/", 2);
        awaitKeys("late/", 1);
        assertThatThrownBy(() -> late.get(500, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);

        locks().unlock(UnlockRequest.newBuilder().setKey(held.getKey()).build());

        assertThatThrownBy(() -> late.get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .satisfies(failure -> assertUnknown(failure, "mutex: session is expired"));
    }

    @Test
    void whoCancelsTakesTheKeyAlong() throws Exception {
        locks().lock(lock("cancel", lease(60)));
        Context.CancellableContext caller = Context.current().withCancellation();
        Future<LockResponse> waiting =
                caller.call(() -> LockGrpc.newFutureStub(client().channel()).lock(lock("cancel", lease(60))));
        awaitKeys("cancel/", 2);

        caller.cancel(null);

        awaitKeys("cancel/", 1);
        assertThatThrownBy(() -> waiting.get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .satisfies(failure ->
                        assertThat(Status.fromThrowable(failure).getCode()).isEqualTo(Status.Code.CANCELLED));
    }

    @Test
    void refusalsAreUnknown() {
        assertUnknown(() -> locks().lock(lock("refused", 4711)), "etcdserver: requested lease not found");
        assertUnknown(() -> locks().unlock(UnlockRequest.getDefaultInstance()), "etcdserver: key is not provided");
        assertUnknown(() -> elections().leader(of("nobody")), "election: no leader");
        assertUnknown(
                () -> elections().proclaim(ProclaimRequest.getDefaultInstance()), "\"leader\" field must be provided");
        assertUnknown(
                () -> elections().resign(ResignRequest.getDefaultInstance()), "\"leader\" field must be provided");
        assertUnknown(
                () -> elections()
                        .proclaim(proclaim(
                                LeaderKey.newBuilder()
                                        .setName(bytes("nobody"))
                                        .setKey(bytes("nobody/1"))
                                        .setRev(1)
                                        .setLease(lease(60))
                                        .build(),
                                "v")),
                "election: not leader");
    }

    @Test
    void unlockOfNothingSucceeds() {
        assertThat(locks().unlock(UnlockRequest.newBuilder()
                                .setKey(bytes("nothing"))
                                .build())
                        .getHeader()
                        .getRevision())
                .isEqualTo(revision());
    }

    @Test
    void electionIsOneWithThatOfEtcdctl() throws Exception {
        LeaderKey mine =
                elections().campaign(campaign("shared-race", lease(60), "mine")).getLeader();
        try (ProgramRun observer = etcdctl().start("elect", "-l", "shared-race");
                ProgramRun theirs = etcdctl().start("elect", "shared-race", "theirs")) {
            observer.awaitOut(out -> out.endsWith("mine\n"));
            awaitKeys("shared-race/", 2);

            elections().resign(ResignRequest.newBuilder().setLeader(mine).build());

            theirs.awaitOut(out -> out.endsWith("theirs\n"));
            observer.awaitOut(out -> out.endsWith("theirs\n"));
            assertThat(elections().leader(of("shared-race")).getKv().getValue().toStringUtf8())
                    .isEqualTo("theirs");
            Future<CampaignResponse> again = ElectionGrpc.newFutureStub(client().channel())
                    .campaign(campaign("shared-race", lease(60), "again"));
            awaitKeys("shared-race/", 2);
            theirs.interrupt();
            assertThat(again.get(PATIENCE_SECONDS, TimeUnit.SECONDS).getLeader().getName())
                    .isEqualTo(bytes("shared-race"));
        }
    }

    @Test
    void leaderKeyNamesWhatWasCreated() {
        long lease = lease(60);
        CampaignResponse won = elections().campaign(campaign("names", lease, "v"));

        assertThat(won.getLeader())
                .isEqualTo(LeaderKey.newBuilder()
                        .setName(bytes("names"))
                        .setKey(bytes("names/" + Long.toHexString(lease)))
                        .setRev(won.getHeader().getRevision())
                        .setLease(lease)
                        .build());
        assertThat(elections().campaign(campaign("names", lease, "w")).getLeader())
                .isEqualTo(won.getLeader());
        LeaderResponse leader = elections().leader(of("names"));
        assertThat(leader.getKv().getValue()).isEqualTo(bytes("w"));
        assertThat(leader.getKv().getLease()).isEqualTo(lease);
        assertThat(leader.getHeader().getRevision()).isEqualTo(revision());
    }

    @Test
    void whoLostCannotProclaimAndMayResign() throws Exception {
        LeaderKey first =
                elections().campaign(campaign("lost", lease(2), "first")).getLeader();
        Future<CampaignResponse> second =
                ElectionGrpc.newFutureStub(client().channel()).campaign(campaign("lost", lease(60), "second"));
        second.get(PATIENCE_SECONDS, TimeUnit.SECONDS);

        assertUnknown(() -> elections().proclaim(proclaim(first, "late")), "election: not leader");
        elections().resign(ResignRequest.newBuilder().setLeader(first).build());

        assertThat(elections().leader(of("lost")).getKv().getValue()).isEqualTo(bytes("second"));
    }

    @Test
    void observerSeesEveryValueAndEveryLeader() throws Exception {
        LinkedBlockingQueue<LeaderResponse> seen = new LinkedBlockingQueue<>();
        Context.CancellableContext caller = Context.current().withCancellation();
        caller.run(() -> ElectionGrpc.newStub(client().channel()).observe(of("seen"), into(seen)));
        assertThat(seen.poll(300, TimeUnit.MILLISECONDS)).isNull();

        LeaderKey first = elections().campaign(campaign("seen", lease(60), "a")).getLeader();
        next(seen, "a", first.getRev());
        long proclaimed = elections().proclaim(proclaim(first, "b")).getHeader().getRevision();
        next(seen, "b", proclaimed);
        Future<CampaignResponse> second =
                ElectionGrpc.newFutureStub(client().channel()).campaign(campaign("seen", lease(60), "c"));
        awaitKeys("seen/", 2);
        long resigned = elections()
                .resign(ResignRequest.newBuilder().setLeader(first).build())
                .getHeader()
                .getRevision();
        next(seen, "c", resigned);
        LeaderKey leader = second.get(PATIENCE_SECONDS, TimeUnit.SECONDS).getLeader();
        elections().resign(ResignRequest.newBuilder().setLeader(leader).build());
        assertThat(seen.poll(300, TimeUnit.MILLISECONDS)).isNull();
        LeaderKey third = elections().campaign(campaign("seen", lease(60), "d")).getLeader();
        next(seen, "d", third.getRev());
        caller.cancel(null);
    }

    private LockGrpc.LockBlockingStub locks() {
        return LockGrpc.newBlockingStub(client().channel());
    }

    private ElectionGrpc.ElectionBlockingStub elections() {
        return ElectionGrpc.newBlockingStub(client().channel());
    }

    private long lease(long ttlSeconds) {
        return client().lease()
                .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(ttlSeconds).build())
                .getID();
    }

    private void awaitKeys(String prefix, int count) throws InterruptedException {
        for (int tries = 0; keys("get", "--prefix", prefix).size() != count; tries++) {
            assertThat(tries).as("%d keys under %s", count, prefix).isLessThan(500);
            Thread.sleep(10);
        }
    }

    private static void next(LinkedBlockingQueue<LeaderResponse> seen, String value, long revision)
            throws InterruptedException {
        LeaderResponse response = seen.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(response).isNotNull();
        assertThat(response.getKv().getValue().toStringUtf8()).isEqualTo(value);
        assertThat(response.getHeader().getRevision()).isEqualTo(revision);
    }

    private static StreamObserver<LeaderResponse> into(LinkedBlockingQueue<LeaderResponse> seen) {
        return new StreamObserver<>() {
            @Override
            public void onNext(LeaderResponse response) {
                seen.add(response);
            }

            @Override
            public void onError(Throwable failure) {}

            @Override
            public void onCompleted() {}
        };
    }

    private static LockRequest lock(String name, long lease) {
        return LockRequest.newBuilder().setName(bytes(name)).setLease(lease).build();
    }

    private static LeaderRequest of(String name) {
        return LeaderRequest.newBuilder().setName(bytes(name)).build();
    }

    private static CampaignRequest campaign(String name, long lease, String value) {
        return CampaignRequest.newBuilder()
                .setName(bytes(name))
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

    private static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    private static void assertUnknown(ThrowingCallable call, String text) {
        assertThatThrownBy(call).satisfies(failure -> assertUnknown(failure, text));
    }

    private static void assertUnknown(Throwable failure, String text) {
        Status status = Status.fromThrowable(failure);
        assertThat(status.getCode()).isEqualTo(Status.Code.UNKNOWN);
        assertThat(status.getDescription()).isEqualTo(text);
    }
}
