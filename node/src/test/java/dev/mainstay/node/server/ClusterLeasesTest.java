package dev.mainstay.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.consensus.AppliedWait;
import dev.mainstay.node.consensus.LeaderCalls;
import dev.mainstay.node.consensus.PeerCalls;
import dev.mainstay.node.consensus.PeerMethod;
import dev.mainstay.node.consensus.RaftStatus;
import dev.mainstay.node.leader.ClusterClock;
import dev.mainstay.node.leader.KeepAlive;
import dev.mainstay.node.leader.LeadersLeases;
import dev.mainstay.node.leader.LeaseInbox;
import dev.mainstay.node.leader.LeaseKeeper;
import dev.mainstay.node.leader.TimeLeft;
import dev.mainstay.node.lease.Lease;
import dev.mainstay.node.lease.LeaseTable;
import dev.mainstay.node.observability.MemberMeters;
import dev.mainstay.node.storage.MemoryStore;
import dev.mainstay.node.storage.StoreTransaction;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A leader that was deposed and doesn't know it, whom a read barrier would tell. */
class ClusterLeasesTest {

    private final MemoryStore store = new MemoryStore();
    private final LeaseTable leases = LeaseTable.open(store);
    private final LeaseKeeper keeper = new LeaseKeeper(
            leases,
            new LeaseInbox(),
            _ -> new CompletableFuture<>(),
            new ClusterClock(() -> 0, () -> 0),
            () -> 0,
            (_, _) -> () -> {});
    private final Leading raft = new Leading();
    private Optional<ErrorCode> refusal = Optional.empty();
    private boolean granted;

    private final ClusterLeases asked = new ClusterLeases(
            new LeadersLeases(keeper, new AppliedWait(raft, () -> 0), raft::isLeader),
            this::barrier,
            new LeaderCalls(raft, new Unreachable(), () -> 0, 0),
            leases,
            new MemberMeters(new SimpleMeterRegistry(), 1, Duration.ZERO));

    @Test
    void leaseThatIsNowhereIsGone() {
        keeper.lead();

        assertThat(asked.keepAlive(7)).isCompletedWithValue(new KeepAlive.Gone());
        assertThat(asked.timeLeft(7)).isCompletedWithValue(new TimeLeft.Gone());
    }

    @Test
    void leaseThatTheSuccessorGrantedIsNotGone() {
        keeper.lead();
        granted = true;

        assertThat(asked.keepAlive(7)).isCompletedWithValue(new KeepAlive.Failed(ErrorCode.LEADER_CHANGED));
        assertThat(asked.timeLeft(8)).isCompletedWithValue(new TimeLeft.Failed(ErrorCode.LEADER_CHANGED));
    }

    @Test
    void whoCannotKnowDoesNotSayThatALeaseIsGone() {
        keeper.lead();
        refusal = Optional.of(ErrorCode.NO_LEADER);

        assertThat(asked.keepAlive(7)).isCompletedWithValue(new KeepAlive.Failed(ErrorCode.NO_LEADER));
    }

    /** What this member learns of before the barrier opens. */
    private CompletableFuture<Optional<ErrorCode>> barrier() {
        if (granted) {
            granted = false;
            try (StoreTransaction changes = store.begin()) {
                leases.grant(changes, new Lease(7, 10, 10_000));
                leases.grant(changes, new Lease(8, 10, 10_000));
                store.write(changes);
            }
        }
        return CompletableFuture.completedFuture(refusal);
    }

    private static final class Leading implements RaftStatus {

        @Override
        public long memberId() {
            return 1;
        }

        @Override
        public long leaderId() {
            return 1;
        }

        @Override
        public long term() {
            return 1;
        }

        @Override
        public long committedIndex() {
            return 1;
        }

        @Override
        public long appliedIndex() {
            return 1;
        }
    }

    private static final class Unreachable implements PeerCalls {

        @Override
        public CompletableFuture<byte[]> call(long memberId, PeerMethod method, byte[] request) {
            return new CompletableFuture<>();
        }

        @Override
        public CompletableFuture<byte[]> callAddress(String address, PeerMethod method, byte[] request) {
            return new CompletableFuture<>();
        }
    }
}
