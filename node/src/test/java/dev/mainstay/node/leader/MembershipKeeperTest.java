package dev.mainstay.node.leader;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Caller;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.Member;
import dev.mainstay.node.consensus.GroupControl.Peer;
import dev.mainstay.node.membership.Members;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class MembershipKeeperTest {

    private static final long SETTLE_MILLIS = 5_000;

    private final HandMovedTime time = new HandMovedTime();
    private final MemberWorld world = new MemberWorld();
    private final FakeGroup group = new FakeGroup(1);
    private final Set<Long> up = new HashSet<>();
    private final List<String> probed = new ArrayList<>();
    private final List<String> promotions = new ArrayList<>();
    private final MembershipKeeper keeper = keeper(true);

    @Test
    void onlyTheLeaderIsAsked() {
        found(3);

        assertThat(keeper.request(new MemberChange.Remove(2), Caller.NOBODY).join())
                .isEqualTo(refused(ErrorCode.NOT_LEADER));
        assertThat(keeper.moveLeader(2).join()).contains(ErrorCode.NOT_LEADER);
        assertThat(world.proposed).isEmpty();
    }

    @Test
    void memberThatIsNotUpIsRecordedAndNeverConfigured() {
        lead(3);

        Outcome outcome = add(4, false);

        assertThat(outcome).isInstanceOf(Outcome.MembersChanged.class);
        time.advance(60_000);
        assertThat(group.changes).isEmpty();
        assertThat(probed).contains("m4:2380").hasSizeBetween(30, 62);
    }

    @Test
    void memberIsConfiguredOnceItAnswers() {
        lead(3);
        add(4, false);
        add(5, true);
        time.advance(3_000);

        up.add(5L);
        time.advance(2_000);
        assertThat(group.configured).hasSize(4).contains(new Peer(5, "m5:2380", true));

        up.add(4L);
        time.advance(2_000);
        assertThat(group.configured).containsExactly(peer(1), peer(2), peer(3), peer(4), new Peer(5, "m5:2380", true));
        assertThat(group.changes).hasSize(2);
    }

    @Test
    void undecidedChangeIsLookedAtAgainAndNotMadeTwice() {
        lead(1);
        up.add(2L);
        group.undecided = true;
        add(2, false);
        time.advance(5_000);
        assertThat(group.changes).hasSize(1);

        group.takeEffect();
        group.giveUp();
        time.advance(10_000);

        assertThat(group.changes).hasSize(1);
        assertThat(group.configured).containsExactly(peer(1), peer(2));
    }

    @Test
    void changeThatCameToNothingIsMadeAgain() {
        lead(1);
        up.add(2L);
        group.undecided = true;
        add(2, false);
        time.advance(1_000);

        group.undecided = false;
        group.giveUp();
        time.advance(500);
        assertThat(group.changes).hasSize(1);
        time.advance(2_000);

        assertThat(group.configured).containsExactly(peer(1), peer(2));
        assertThat(group.changes).hasSize(2);
    }

    @Test
    void removalIsAnsweredWhenTheLogFollows() {
        lead(3);

        CompletableFuture<Outcome> removal = keeper.request(new MemberChange.Remove(2), Caller.NOBODY);
        assertThat(world.table.now().isRemoved(2)).isTrue();
        assertThat(removal).isNotDone();

        time.advance(1_000);

        assertThat(removal.join()).isEqualTo(members(1, 3));
        assertThat(group.configured).containsExactly(peer(1), peer(3));
    }

    @Test
    void removedMemberHasAMomentToHearOfItUnlessItIsDown() {
        lead(5);
        group.silence.put(2L, 60_000L);
        time.advance(1_000);

        CompletableFuture<Outcome> down = keeper.request(new MemberChange.Remove(2), Caller.NOBODY);
        time.advance(10);
        assertThat(down).isCompleted();

        CompletableFuture<Outcome> running = keeper.request(new MemberChange.Remove(3), Caller.NOBODY);
        time.advance(200);
        assertThat(group.configured).contains(peer(3));
        time.advance(400);
        assertThat(running).isCompleted();
    }

    @Test
    void recordedRemovalIsAnsweredAfterAWhileAllTheSame() {
        lead(3);
        group.undecided = true;
        CompletableFuture<Outcome> removal = keeper.request(new MemberChange.Remove(2), Caller.NOBODY);

        time.advance(SETTLE_MILLIS - 500);
        assertThat(removal).isNotDone();
        time.advance(1_000);

        assertThat(removal.join()).isEqualTo(members(1, 3));
        group.undecided = false;
        group.giveUp();
        time.advance(5_000);
        assertThat(group.configured).containsExactly(peer(1), peer(3));
    }

    @Test
    void removedLeaderHandsOverToTheHealthyVoterThatIsFurthest() {
        lead(5);
        group.silence.put(3L, 60_000L);
        group.matches.put(2L, 90L);
        group.matches.put(3L, 100L);
        group.matches.put(4L, 95L);
        CompletableFuture<Outcome> removal = keeper.request(new MemberChange.Remove(1), Caller.NOBODY);

        time.advance(1_000);

        assertThat(group.transfers).containsExactly(4L);
        assertThat(group.changes).isEmpty();
        keeper.follow();
        assertThat(removal.join()).isEqualTo(members(2, 3, 4, 5));
    }

    @Test
    void successorThatDoesNotTakeOverIsPassedOver() {
        lead(3);
        group.matches.put(2L, 90L);
        group.matches.put(3L, 95L);
        group.transfersFail = true;
        assertThat(keeper.request(new MemberChange.Remove(1), Caller.NOBODY)).isNotDone();

        time.advance(4_000);

        assertThat(group.transfers).startsWith(3L, 2L, 3L);
    }

    @Test
    void newLeaderDoesTheRest() {
        lead(3);
        world.commit(new Command.RemoveMember(2));

        time.advance(1_000);

        assertThat(group.configured).containsExactly(peer(1), peer(3));
    }

    @Test
    void learnerInSyncIsPromoted() {
        lead(3);
        up.add(4L);
        add(4, true);
        time.advance(1_000);
        assertThat(promote(4)).isEqualTo(refused(ErrorCode.LEARNER_NOT_READY));
        group.matches.put(4L, 89L);
        assertThat(promote(4)).isEqualTo(refused(ErrorCode.LEARNER_NOT_READY));

        group.matches.put(4L, 90L);
        CompletableFuture<Outcome> promotion = keeper.request(new MemberChange.Promote(4), Caller.NOBODY);
        time.advance(1_000);

        assertThat(promotion.join()).isInstanceOf(Outcome.MembersChanged.class);
        assertThat(group.changes)
                .containsExactly(
                        List.of(peer(1), peer(2), peer(3), new Peer(4, "m4:2380", true)),
                        List.of(peer(1), peer(2), peer(3)),
                        List.of(peer(1), peer(2), peer(3), peer(4)));
        assertThat(group.configured).containsExactly(peer(1), peer(2), peer(3), peer(4));
        assertThat(promote(4)).isEqualTo(refused(ErrorCode.MEMBER_NOT_LEARNER));
        assertThat(promote(9)).isEqualTo(refused(ErrorCode.MEMBER_NOT_FOUND));
        keeper.follow();
        assertThat(promote(4)).isEqualTo(refused(ErrorCode.NOT_LEADER));
        assertThat(promotions)
                .containsExactly(
                        "LEARNER_NOT_READY", "LEARNER_NOT_READY", "done", "MEMBER_NOT_LEARNER", "MEMBER_NOT_FOUND");
    }

    @Test
    void learnerThatTheLogIsNotSentToAnyMoreGoesAndComesBack() {
        lead(3);
        up.add(4L);
        add(4, true);
        time.advance(2_000);
        group.forgotten.add(4L);
        up.remove(4L);

        time.advance(2_000);
        assertThat(group.configured).containsExactly(peer(1), peer(2), peer(3));

        group.forgotten.clear();
        up.add(4L);
        time.advance(2_000);
        assertThat(group.configured).contains(new Peer(4, "m4:2380", true));
        assertThat(group.changes).hasSize(3);
    }

    @Test
    void startedVotersMustMakeAQuorumOfTheEnlargedCluster() {
        lead(3);

        assertThat(add(4, false)).isInstanceOf(Outcome.MembersChanged.class);
        assertThat(add(5, false)).isInstanceOf(Outcome.MembersChanged.class);
        assertThat(add(6, false)).isEqualTo(refused(ErrorCode.NOT_ENOUGH_STARTED));
        assertThat(add(6, true)).isEqualTo(refused(ErrorCode.UNHEALTHY));
    }

    @Test
    void oneVoterOfThreeDownStopsAddsAndRemovalsButItsOwn() {
        lead(3);
        group.silence.put(3L, 60_000L);
        time.advance(1_000);

        assertThat(add(4, false)).isEqualTo(refused(ErrorCode.UNHEALTHY));
        assertThat(add(4, true)).isEqualTo(refused(ErrorCode.UNHEALTHY));
        assertThat(keeper.request(new MemberChange.Remove(2), Caller.NOBODY).join())
                .isEqualTo(refused(ErrorCode.UNHEALTHY));
        assertThat(keeper.request(new MemberChange.Remove(1), Caller.NOBODY).join())
                .isEqualTo(refused(ErrorCode.UNHEALTHY));

        assertThat(keeper.request(new MemberChange.Remove(3), Caller.NOBODY)).isNotDone();
        time.advance(1_000);
        assertThat(group.configured).containsExactly(peer(1), peer(2));
    }

    @Test
    void memberThatWasSilentCountsAgainAfterFiveSeconds() {
        lead(3);
        group.silence.put(3L, 60_000L);
        time.advance(1_000);
        group.silence.remove(3L);

        time.advance(4_500);
        assertThat(add(4, false)).isEqualTo(refused(ErrorCode.UNHEALTHY));
        time.advance(1_000);
        assertThat(add(4, false)).isInstanceOf(Outcome.MembersChanged.class);
    }

    @Test
    void loneMemberMayAlwaysGrowAndNeverGo() {
        lead(1);
        assertThat(keeper.request(new MemberChange.Remove(9), Caller.NOBODY).join())
                .isEqualTo(refused(ErrorCode.MEMBER_NOT_FOUND));

        assertThat(add(2, false)).isInstanceOf(Outcome.MembersChanged.class);
        assertThat(keeper.request(new MemberChange.Remove(1), Caller.NOBODY).join())
                .isEqualTo(refused(ErrorCode.NOT_ENOUGH_STARTED));
    }

    @Test
    void withoutTheStrictCheckOnlyTheLastVoterIsKept() {
        found(1);
        MembershipKeeper lenient = keeper(false);
        lenient.lead(group);

        for (long id = 2; id < 6; id++) {
            assertThat(lenient.request(new MemberChange.Add(id, urls(id), false), Caller.NOBODY)
                            .join())
                    .isInstanceOf(Outcome.MembersChanged.class);
        }
        for (long id = 2; id < 6; id++) {
            assertThat(lenient.request(new MemberChange.Remove(id), Caller.NOBODY))
                    .isNotNull();
        }
        assertThat(lenient.request(new MemberChange.Remove(1), Caller.NOBODY).join())
                .isEqualTo(refused(ErrorCode.NOT_ENOUGH_STARTED));
        assertThat(world.table.now().members()).hasSize(1);
    }

    @Test
    void newAddressIsConfiguredOnceTheMemberAnswersThere() {
        lead(3);

        Outcome outcome = keeper.request(new MemberChange.Update(2, List.of("http://new:1")), Caller.NOBODY)
                .join();
        assertThat(outcome).isInstanceOf(Outcome.MembersChanged.class);
        time.advance(3_000);
        assertThat(group.changes).isEmpty();

        up.add(2L);
        time.advance(2_000);

        assertThat(group.configured).containsExactly(peer(1), new Peer(2, "new:1", false), peer(3));
        assertThat(probed).contains("new:1");
    }

    @Test
    void leadershipMovesToVotersOnly() {
        lead(3);
        add(4, true);

        assertThat(keeper.moveLeader(4).join()).contains(ErrorCode.BAD_LEADER_TRANSFEREE);
        assertThat(keeper.moveLeader(9).join()).contains(ErrorCode.BAD_LEADER_TRANSFEREE);
        assertThat(keeper.moveLeader(1).join()).isEmpty();
        assertThat(group.transfers).isEmpty();

        group.transfersFail = true;
        assertThat(keeper.moveLeader(2).join()).contains(ErrorCode.LEADER_TRANSFER_TIMEOUT);
        group.transfersFail = false;
        assertThat(keeper.moveLeader(2).join()).isEmpty();
        assertThat(keeper.moveLeader(3).join()).contains(ErrorCode.NOT_LEADER);
    }

    @Test
    void refusalOfTheRecordReachesTheAsker() {
        lead(3);

        assertThat(keeper.request(new MemberChange.Add(4, urls(2), false), Caller.NOBODY)
                        .join())
                .isEqualTo(refused(ErrorCode.PEER_URL_EXISTS));
        world.refusal = new Outcome.Refused(ErrorCode.TIMEOUT);
        assertThat(keeper.request(new MemberChange.Remove(2), Caller.NOBODY).join())
                .isEqualTo(refused(ErrorCode.TIMEOUT));
        assertThat(add(4, false)).isEqualTo(refused(ErrorCode.TIMEOUT));
    }

    @Test
    void loneMembersOwnAddressIsLeftAlone() {
        found(1);
        group.configured = List.of(new Peer(1, "0.0.0.0:2380", false));
        keeper.lead(group);
        time.advance(5_000);
        assertThat(group.changes).isEmpty();

        up.add(2L);
        add(2, false);
        time.advance(5_000);

        assertThat(group.configured).containsExactly(peer(1), peer(2));
    }

    private MembershipKeeper keeper(boolean strict) {
        return new MembershipKeeper(
                world.table,
                world,
                group,
                (member, address) -> {
                    probed.add(address);
                    return CompletableFuture.completedFuture(up.contains(member.id()));
                },
                new MembershipLimits(strict, 1, 2_000, SETTLE_MILLIS),
                time::nanos,
                time,
                Runnable::run,
                new PromotionMeter() {
                    @Override
                    public void promoted() {
                        promotions.add("done");
                    }

                    @Override
                    public void refused(ErrorCode why) {
                        promotions.add(why.name());
                    }
                });
    }

    private void found(int voters) {
        List<Member> members = LongStream.rangeClosed(1, voters)
                .mapToObj(id -> new Member(id, "m" + id, urls(id), List.of(), false))
                .toList();
        world.commit(new Command.FoundCluster(members));
        group.configured = members.stream().map(member -> peer(member.id())).toList();
        assertThat(world.table.now()).isEqualTo(Members.of(members));
    }

    private void lead(int voters) {
        found(voters);
        keeper.lead(group);
        time.advance(1_000);
    }

    private Outcome add(long id, boolean learner) {
        return keeper.request(new MemberChange.Add(id, urls(id), learner), Caller.NOBODY)
                .join();
    }

    private Outcome promote(long id) {
        return keeper.request(new MemberChange.Promote(id), Caller.NOBODY).join();
    }

    private Outcome members(long... ids) {
        return new Outcome.MembersChanged(
                1,
                LongStream.of(ids)
                        .mapToObj(id -> world.table.now().find(id).orElseThrow())
                        .toList());
    }

    private static List<String> urls(long id) {
        return List.of("http://m" + id + ":2380");
    }

    private static Peer peer(long id) {
        return new Peer(id, "m" + id + ":2380", false);
    }

    private static Outcome refused(ErrorCode code) {
        return new Outcome.Refused(code);
    }
}
