package dev.mainstay.node.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Alarm;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.Member;
import dev.mainstay.node.membership.Members;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemberCommandsTest {

    private static final Member A = new Member(1, "a", List.of("http://a:1"), List.of(), false);
    private static final Member B = new Member(2, "b", List.of("http://b:1", "http://b:2"), List.of(), false);
    private static final Member NEW = Member.added(3, List.of("http://c:1"), false);
    private static final Member LEARNER = Member.added(3, List.of("http://c:1"), true);

    private final Replica replica = Replica.empty();

    @Test
    void clusterIsFoundedOnce() {
        assertThat(found()).isEqualTo(changed(A, B));

        assertThat(replica.applyOne(new Command.FoundCluster(List.of(NEW)))).isEqualTo(changed(A, B));
        assertThat(replica.memberNews).containsExactly(Members.of(List.of(A, B)));
    }

    @Test
    void memberIsAddedWithoutANameAndToldOf() {
        found();

        assertThat(add(NEW)).isEqualTo(changed(A, B, NEW));
        assertThat(replica.memberNews.getLast()).isEqualTo(Members.of(List.of(A, B, NEW)));
        assertThat(replica.afterCrash().kv.revision()).isEqualTo(1);
    }

    @Test
    void knownIdComesBeforeUsedUrlBeforeTooManyLearners() {
        found();
        add(LEARNER);

        assertThat(add(Member.added(2, List.of("http://a:1"), true))).isEqualTo(refused(ErrorCode.MEMBER_EXISTS));
        assertThat(add(Member.added(4, List.of("http://x:1", "http://b:2"), true)))
                .isEqualTo(refused(ErrorCode.PEER_URL_EXISTS));
        assertThat(add(Member.added(4, List.of("http://x:1"), true))).isEqualTo(refused(ErrorCode.TOO_MANY_LEARNERS));
        assertThat(replica.applyOne(new Command.AddMember(4, List.of("http://x:1"), true, 2)))
                .isEqualTo(changed(A, B, LEARNER, Member.added(4, List.of("http://x:1"), true)));
        assertThat(add(Member.added(5, List.of("http://y:1"), false))).isInstanceOf(Outcome.MembersChanged.class);
    }

    @Test
    void removedIdIsUnknownForEver() {
        found();

        assertThat(replica.applyOne(new Command.RemoveMember(2))).isEqualTo(changed(A));

        assertThat(add(Member.added(2, List.of("http://x:1"), false))).isEqualTo(refused(ErrorCode.MEMBER_NOT_FOUND));
        for (Command command : List.of(
                new Command.RemoveMember(2),
                new Command.PromoteMember(2),
                new Command.UpdateMember(2, List.of("http://x:1")),
                new Command.PublishMember(2, "b", List.of()))) {
            assertThat(replica.applyOne(command)).isEqualTo(refused(ErrorCode.MEMBER_NOT_FOUND));
        }
        assertThat(replica.members.now().isRemoved(2)).isTrue();
        assertThat(add(Member.added(4, List.of("http://b:1"), false))).isInstanceOf(Outcome.MembersChanged.class);
    }

    @Test
    void forcedClusterIsOneMemberWithAVoteAndTheOthersAreOutForEver() {
        found();
        add(LEARNER);
        replica.applyOne(new Command.SetAlarm(new Alarm(2, Alarm.Type.CORRUPT), true));

        Command force = new Command.ForceNewCluster(Member.added(3, List.of("http://elsewhere:1"), true));
        assertThat(replica.applyOne(force)).isEqualTo(changed(NEW));
        assertThat(replica.applyOne(force)).isEqualTo(changed(NEW));

        assertThat(replica.members.now().removed()).containsExactly(1L, 2L);
        replica.store.flush();
        assertThat(replica.afterCrash().members.now()).isEqualTo(replica.members.now());
        assertThat(replica.alarms.isCorrupt(2)).isFalse();
    }

    @Test
    void memberThatKnowsOfNobodyCanBeForcedAllTheSame() {
        assertThat(replica.applyOne(new Command.ForceNewCluster(A))).isEqualTo(changed(A));
    }

    @Test
    void removedMemberCannotBeForced() {
        found();
        replica.applyOne(new Command.RemoveMember(2));

        assertThat(replica.applyOne(new Command.ForceNewCluster(B))).isEqualTo(refused(ErrorCode.MEMBER_NOT_FOUND));
        assertThat(replica.members.now().members()).containsExactly(A);
    }

    @Test
    void lastVoterStays() {
        found();
        add(LEARNER);
        replica.applyOne(new Command.RemoveMember(2));

        assertThat(replica.applyOne(new Command.RemoveMember(1))).isEqualTo(refused(ErrorCode.NOT_ENOUGH_STARTED));
        assertThat(replica.applyOne(new Command.RemoveMember(3))).isEqualTo(changed(A));
    }

    @Test
    void onlyALearnerIsPromotedAndOnce() {
        found();
        add(LEARNER);

        assertThat(replica.applyOne(new Command.PromoteMember(9))).isEqualTo(refused(ErrorCode.MEMBER_NOT_FOUND));
        assertThat(replica.applyOne(new Command.PromoteMember(3))).isEqualTo(changed(A, B, NEW));
        assertThat(replica.applyOne(new Command.PromoteMember(3))).isEqualTo(refused(ErrorCode.MEMBER_NOT_LEARNER));
    }

    @Test
    void memberKeepsWhatAnUpdateDoesNotName() {
        found();
        add(LEARNER);
        replica.applyOne(new Command.PublishMember(3, "c", List.of("http://c:9")));

        assertThat(replica.applyOne(new Command.UpdateMember(3, List.of("http://b:1"))))
                .isEqualTo(refused(ErrorCode.PEER_URL_EXISTS));
        assertThat(replica.applyOne(new Command.UpdateMember(3, List.of("http://c:1", "http://c:2"))))
                .isEqualTo(changed(
                        A, B, new Member(3, "c", List.of("http://c:1", "http://c:2"), List.of("http://c:9"), true)));
    }

    @Test
    void membersChangeWhileAlarmsAreRaised() {
        replica.applyOne(new Command.SetAlarm(new Alarm(1, Alarm.Type.CORRUPT), true));
        replica.applyOne(new Command.SetAlarm(new Alarm(1, Alarm.Type.NOSPACE), true));

        assertThat(found()).isEqualTo(changed(A, B));
    }

    private Outcome found() {
        return replica.applyOne(new Command.FoundCluster(List.of(B, A)));
    }

    private Outcome add(Member member) {
        return replica.applyOne(new Command.AddMember(member.id(), member.peerUrls(), member.learner(), 1));
    }

    private static Outcome changed(Member... members) {
        return new Outcome.MembersChanged(1, List.of(members));
    }

    private static Outcome refused(ErrorCode code) {
        return new Outcome.Refused(code);
    }
}
