package dev.mainstay.node.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.etcd.proto.MemberAddRequest;
import dev.mainstay.etcd.proto.MemberAddResponse;
import dev.mainstay.etcd.proto.MemberPromoteRequest;
import dev.mainstay.etcd.proto.MemberRemoveRequest;
import dev.mainstay.etcd.proto.MemberUpdateRequest;
import dev.mainstay.etcd.proto.MoveLeaderRequest;
import dev.mainstay.etcd.proto.MoveLeaderResponse;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.Member;
import dev.mainstay.node.leader.MemberChange;
import dev.mainstay.node.membership.MemberId;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterServiceTest {

    private static final Member SELF = new Member(1, "a", List.of("http://a:1"), List.of("http://a:2"), false);

    private final ServedMember member = new ServedMember();
    private final ManagedChannel channel = member.connect();
    private final ServedMember.Stubs stubs = ServedMember.Stubs.over(channel);

    @AfterEach
    void stop() {
        channel.shutdownNow();
        member.close();
    }

    @Test
    void addedMemberIsAnsweredWithTheWholeList() {
        Member learner = Member.added(-2, List.of("http://LocalHost:7001", "http://a:1"), true);
        member.memberChanges.outcome = new Outcome.MembersChanged(5, List.of(SELF, learner));
        long before = Instant.now().getEpochSecond();

        MemberAddResponse response = stubs.cluster()
                .memberAdd(MemberAddRequest.newBuilder()
                        .addPeerURLs("http://a:1")
                        .addPeerURLs(" HTTP://LocalHost:7001 ")
                        .setIsLearner(true)
                        .build());

        List<Long> possible = LongStream.rangeClosed(before, Instant.now().getEpochSecond())
                .mapToObj(second -> MemberId.ofAddedMember(learner.peerUrls(), second))
                .toList();
        assertThat(response.getHeader().getRevision()).isZero();
        assertThat(response.getMember().getID()).isIn(possible);
        assertThat(response.getMember().getPeerURLsList()).isEqualTo(learner.peerUrls());
        assertThat(response.getMember().getIsLearner()).isTrue();
        assertThat(response.getMember().getName()).isEmpty();
        assertThat(response.getMembersList())
                .extracting(dev.mainstay.etcd.proto.Member::getID)
                .containsExactly(1L, -2L);
        assertThat(response.getMembers(0).getClientURLsList()).containsExactly("http://a:2");
        assertThat(member.memberChanges.requests)
                .containsExactly(new MemberChange.Add(response.getMember().getID(), learner.peerUrls(), true));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"foo", "http://127.0.0.1", "http://127.0.0.1:1/x", "ftp://a:1", "http://a:b", "http:a:1", ""})
    void malformedPeerUrlIsRefused(String url) {
        MemberAddRequest add = MemberAddRequest.newBuilder()
                .addPeerURLs("http://a:1")
                .addPeerURLs(url)
                .build();
        MemberUpdateRequest update =
                MemberUpdateRequest.newBuilder().setID(1).addPeerURLs(url).build();

        refused(ErrorCode.MEMBER_BAD_URLS, () -> stubs.cluster().memberAdd(add));
        refused(ErrorCode.MEMBER_BAD_URLS, () -> stubs.cluster().memberUpdate(update));
        assertThat(member.memberChanges.requests).isEmpty();
    }

    @Test
    void noPeerUrlIsRefused() {
        refused(ErrorCode.MEMBER_BAD_URLS, () -> stubs.cluster().memberAdd(MemberAddRequest.getDefaultInstance()));
    }

    @Test
    void everyChangeIsPassedOnAsItIs() {
        member.memberChanges.outcome = new Outcome.MembersChanged(5, List.of(SELF));

        assertThat(stubs.cluster()
                        .memberRemove(MemberRemoveRequest.newBuilder().setID(-1).build())
                        .getMembersCount())
                .isEqualTo(1);
        assertThat(stubs.cluster()
                        .memberPromote(
                                MemberPromoteRequest.newBuilder().setID(2).build())
                        .getMembersCount())
                .isEqualTo(1);
        assertThat(stubs.cluster()
                        .memberUpdate(MemberUpdateRequest.newBuilder()
                                .setID(3)
                                .addPeerURLs("http://b:1")
                                .addPeerURLs("http://a:1")
                                .build())
                        .getMembersCount())
                .isEqualTo(1);

        assertThat(member.memberChanges.requests)
                .containsExactly(
                        new MemberChange.Remove(-1),
                        new MemberChange.Promote(2),
                        new MemberChange.Update(3, List.of("http://b:1", "http://a:1")));
    }

    @Test
    void refusalsHaveEtcdsCodesAndTexts() {
        MemberRemoveRequest request = MemberRemoveRequest.newBuilder().setID(1).build();
        member.memberChanges.outcome = new Outcome.Refused(ErrorCode.NOT_ENOUGH_STARTED);
        assertThatThrownBy(() -> stubs.cluster().memberRemove(request))
                .hasMessage("UNKNOWN: etcdserver: re-configuration failed due to not enough started members");

        member.memberChanges.outcome = new Outcome.Refused(ErrorCode.UNHEALTHY);
        assertThatThrownBy(() -> stubs.cluster().memberRemove(request))
                .hasMessage("UNAVAILABLE: etcdserver: unhealthy cluster");
    }

    @Test
    void movedLeadershipIsAnsweredWithoutAHeader() {
        MoveLeaderRequest request =
                MoveLeaderRequest.newBuilder().setTargetID(2).build();
        assertThat(stubs.maintenance().moveLeader(request)).isEqualTo(MoveLeaderResponse.getDefaultInstance());

        member.memberChanges.move = Optional.of(ErrorCode.BAD_LEADER_TRANSFEREE);
        refused(ErrorCode.BAD_LEADER_TRANSFEREE, () -> stubs.maintenance().moveLeader(request));
    }

    private static void refused(ErrorCode code, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(StatusRuntimeException.class, failure -> {
            assertThat(failure.getStatus().getCode())
                    .isEqualTo(Status.Code.valueOf(code.status().name()));
            assertThat(failure.getStatus().getDescription()).isEqualTo(code.message());
        });
    }
}
