package dev.mainstay.node.leader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Caller;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.Member;
import dev.mainstay.node.consensus.AppliedWait;
import dev.mainstay.node.consensus.PeerCalls;
import dev.mainstay.node.consensus.PeerException;
import dev.mainstay.node.consensus.PeerMethod;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MemberRequestsTest {

    private static final List<MemberChange> CHANGES = List.of(
            new MemberChange.Add(-1, List.of("http://größer:1", "http://b:2"), true),
            new MemberChange.Remove(2),
            new MemberChange.Update(3, List.of()),
            new MemberChange.Promote(Long.MIN_VALUE));
    private static final MemberChange ADD = new MemberChange.Add(4, List.of("http://m4:2380"), false);

    private final HandMovedTime time = new HandMovedTime();
    private final MemberWorld world = new MemberWorld();
    private final FakeGroup leaderSide = new FakeGroup(1);
    private final FakeGroup followerSide = new FakeGroup(2);
    private final MembershipKeeper leadersKeeper = keeper(leaderSide);
    private final Wire wire = new Wire();
    private final MemberRequests atLeader = requests(leadersKeeper, leaderSide);
    private final MemberRequests atFollower = requests(keeper(followerSide), followerSide);

    @Test
    void followerHandsTheChangeToTheLeader() {
        followerSide.leader = 1;
        lead();

        assertThat(atFollower.request(new MemberChange.Remove(9), Caller.NOBODY).join())
                .isEqualTo(new Outcome.Refused(ErrorCode.MEMBER_NOT_FOUND));
        assertThat(atFollower.request(ADD, Caller.NOBODY).join())
                .isEqualTo(new Outcome.MembersChanged(1, world.table.now().members()));
        assertThat(world.table.now().find(4)).isPresent();
    }

    @Test
    void leaderThatIsNotReadyYetIsAskedAgain() {
        followerSide.leader = 0;
        CompletableFuture<Outcome> answer = atFollower.request(ADD, Caller.NOBODY);
        time.advance(1_000);
        followerSide.leader = 1;
        time.advance(1_000);
        wire.failure = new PeerException(PeerException.Reason.UNKNOWN_MEMBER, "not yet");
        time.advance(1_000);
        assertThat(answer).isNotDone();

        wire.failure = null;
        lead();
        time.advance(200);

        assertThat(answer.join()).isInstanceOf(Outcome.MembersChanged.class);
        assertThat(world.proposed).hasSize(1);
    }

    @Test
    void changeOfUnknownFateIsNotMadeAgain() {
        followerSide.leader = 1;
        lead();
        wire.failure = new PeerException(PeerException.Reason.UNREACHABLE, "gone");

        assertThat(atFollower.request(ADD, Caller.NOBODY).join()).isEqualTo(new Outcome.Refused(ErrorCode.TIMEOUT));
        time.advance(10_000);
        assertThat(wire.calls).isEqualTo(1);
    }

    @Test
    void withoutALeaderPatienceEnds() {
        followerSide.leader = 0;
        CompletableFuture<Outcome> answer = atFollower.request(ADD, Caller.NOBODY);

        time.advance(6_900);
        assertThat(answer).isNotDone();
        time.advance(200);

        assertThat(answer.join()).isEqualTo(new Outcome.Refused(ErrorCode.TIMEOUT));
    }

    @Test
    void whatIsWrittenIsReadAndNothingElse() throws IOException {
        for (MemberChange change : CHANGES) {
            MemberWish wish = new MemberWish(change, change.equals(ADD) ? new Caller.User("größer", 7) : Caller.NOBODY);
            byte[] bytes = MemberChangeCodec.encode(wish);
            assertThat(MemberChangeCodec.decodeWish(bytes)).isEqualTo(wish);
            for (int length = 0; length < bytes.length; length++) {
                byte[] part = Arrays.copyOf(bytes, length);
                assertThatThrownBy(() -> MemberChangeCodec.decodeWish(part)).isInstanceOf(IOException.class);
            }
        }
        for (Outcome outcome : List.of(
                new Outcome.Refused(ErrorCode.UNHEALTHY),
                new Outcome.MembersChanged(
                        7, List.of(new Member(-1, "größer", List.of("http://a:1"), List.of(), true))))) {
            assertThat(MemberChangeCodec.decodeOutcome(MemberChangeCodec.encode(outcome)))
                    .isEqualTo(outcome);
        }
        byte[] newer = MemberChangeCodec.encode(new MemberWish(ADD, Caller.NOBODY));
        newer[0] = 3;
        assertThatThrownBy(() -> MemberChangeCodec.decodeWish(newer)).hasMessageContaining("unknown format 3");
    }

    private void lead() {
        world.commit(
                new Command.FoundCluster(List.of(new Member(1, "m1", List.of("http://m1:2380"), List.of(), false))));
        leadersKeeper.lead(leaderSide);
    }

    private MembershipKeeper keeper(FakeGroup group) {
        return new MembershipKeeper(
                world.table,
                world,
                group,
                (_, _) -> CompletableFuture.completedFuture(false),
                new MembershipLimits(true, 1, 2_000, 5_000),
                time::nanos,
                time,
                Runnable::run,
                PromotionMeter.NONE);
    }

    private MemberRequests requests(MembershipKeeper keeper, FakeGroup group) {
        return new MemberRequests(keeper, new AppliedWait(group, time::nanos), group, wire, time, time::nanos, 7_000);
    }

    /** Carries every call to the leader's side. */
    private final class Wire implements PeerCalls {

        private @Nullable PeerException failure;
        private int calls;

        @Override
        public CompletableFuture<byte[]> call(long memberId, PeerMethod method, byte[] request) {
            calls++;
            assertThat(memberId).isEqualTo(1);
            assertThat(method).isEqualTo(PeerMethod.CHANGE_MEMBERS);
            return failure != null ? CompletableFuture.failedFuture(failure) : atLeader.handle(2, request);
        }

        @Override
        public CompletableFuture<byte[]> callAddress(String address, PeerMethod method, byte[] request) {
            throw new AssertionError("unexpected call of " + address);
        }
    }
}
