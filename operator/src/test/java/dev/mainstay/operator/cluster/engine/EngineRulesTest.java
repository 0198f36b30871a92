package dev.mainstay.operator.cluster.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.operator.cluster.engine.ClusterView.Alarm;
import dev.mainstay.operator.cluster.engine.ClusterView.Listed;
import dev.mainstay.operator.cluster.engine.MemberView.Answer;
import dev.mainstay.operator.cluster.engine.MemberView.Join;
import dev.mainstay.operator.cluster.engine.MemberView.PodView;
import dev.mainstay.operator.cluster.engine.MemberView.VolumeView;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Decisions about alarms, lost quorums and storage, one situation each. */
class EngineRulesTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private List<MemberView> members = List.of(member(1, 10), member(2, 10), member(3, 10));
    private boolean agreed = true;
    private List<Alarm> alarms = List.of();
    private Wanted.Volumes volumes = new Wanted.Volumes(true, 100, "", false, true, false);
    private @Nullable Instant quorumLostSince;
    private boolean deleted;
    private String unlisted = "";

    @Test
    void memberWithOtherDataIsReplaced() {
        alarms = List.of(new Alarm("id2", Alarm.Kind.CORRUPT));

        assertThat(decide())
                .isInstanceOfSatisfying(
                        Action.MarkLeaving.class, a -> assertThat(a.member()).isEqualTo("c-2"));
    }

    @Test
    void onlyMemberWithOtherDataIsKept() {
        members = List.of(member(1, 10));
        alarms = List.of(new Alarm("id1", Alarm.Kind.CORRUPT));

        assertThat(blocker(decide())).isEqualTo(Action.Blocker.CORRUPT);
    }

    @Test
    void alarmOfAMemberThatLeftIsCleared() {
        alarms = List.of(new Alarm("id9", Alarm.Kind.NOSPACE));

        assertThat(decide()).isEqualTo(new Action.Disarm(alarms.getFirst()));
    }

    @Test
    void followersGetTheirSpaceBackBeforeTheLeader() {
        members = List.of(member(1, 950), member(2, 950), member(3, 950));
        alarms = List.of(new Alarm("id1", Alarm.Kind.NOSPACE));

        assertThat(decide()).isEqualTo(new Action.Defragment("c-2"));

        members = List.of(member(1, 950), member(2, 10), member(3, 10));
        assertThat(decide()).isEqualTo(new Action.Defragment("c-1"));
    }

    @Test
    void alarmIsClearedOnceThereIsSpace() {
        alarms = List.of(new Alarm("id1", Alarm.Kind.NOSPACE));

        assertThat(decide()).isEqualTo(new Action.Disarm(alarms.getFirst()));
    }

    @Test
    void lostQuorumIsWaitedFor() {
        agreed = false;
        quorumLostSince = NOW.minusSeconds(60);

        assertThat(blocker(decide())).isEqualTo(Action.Blocker.QUORUM);
    }

    /** A volume that is in use goes when its pod is gone, and the pod goes with the member. */
    @Test
    void deletionDoesNotWaitForVolumesThatArePinnedByTheirPods() {
        deleted = true;
        volumes = new Wanted.Volumes(true, 100, "", false, true, true);
        assertThat(decide()).isEqualTo(new Action.DeleteVolume("c-1"));

        members = List.of(member(1, 10, "slow", true));
        assertThat(decide()).isEqualTo(new Action.Forget("c-1"));
    }

    /** Its pod stays Terminating until the node is back, or for ever. */
    @Test
    void memberOnALostNodeIsReplacedWhileItsPodNeverStops() {
        members = List.of(member(1, 10), member(2, 10), onLostNode(false));
        assertThat(decide())
                .isInstanceOfSatisfying(
                        Action.MarkLeaving.class, a -> assertThat(a.member()).isEqualTo("c-3"));

        members = List.of(member(1, 10), member(2, 10), onLostNode(true));
        assertThat(decide()).isEqualTo(new Action.RemoveFromList("c-3", "id3"));

        unlisted = "c-3";
        assertThat(decide()).isEqualTo(new Action.CreateMember(4, Join.LEARNER));
    }

    private static MemberView onLostNode(boolean leaving) {
        return new MemberView(
                "c-3",
                3,
                Join.LEARNER,
                1,
                "1.0.0",
                "a",
                false,
                leaving,
                true,
                NOW,
                1,
                NOW.minusSeconds(301),
                null,
                new PodView("u3", false, true, "1.0.0", "a"),
                new VolumeView(100, "slow", false, false),
                null);
    }

    @Test
    void volumesGrowWhileTheQuorumIsLost() {
        agreed = false;
        volumes = new Wanted.Volumes(true, 200, "", false, true, false);

        assertThat(decide()).isEqualTo(new Action.GrowVolume("c-1", 200));
    }

    @Test
    void otherStorageClassIsReachedByOneMoreMember() {
        volumes = new Wanted.Volumes(true, 100, "fast", true, true, false);

        assertThat(decide()).isEqualTo(new Action.CreateMember(4, Join.LEARNER));

        members = List.of(member(1, 10), member(2, 10), member(3, 10), fast(4));
        assertThat(decide())
                .isInstanceOfSatisfying(
                        Action.MarkLeaving.class, a -> assertThat(a.member()).isEqualTo("c-3"));
    }

    @Test
    void membersOfTwoClustersStopEverything() {
        MemberView stranger = new MemberView(
                "c-3",
                3,
                Join.LEARNER,
                1,
                "1.0.0",
                "a",
                false,
                false,
                true,
                NOW,
                0,
                null,
                NOW.minusSeconds(60),
                new PodView("u3", false, false, "1.0.0", "a"),
                new VolumeView(100, "slow", false, false),
                new Answer("id3", "other", "id1", true, 1, 10, 10));
        members = List.of(member(1, 10), member(2, 10), stranger);

        assertThat(blocker(decide())).isEqualTo(Action.Blocker.CLUSTER_ID);
    }

    private Action decide() {
        int replicas = Math.min(3, members.size());
        Wanted wanted = new Wanted("c", deleted, false, replicas, "1.0.0", "a", volumes, UsualPolicy.POLICY, 0);
        List<Listed> list = members.stream()
                .filter(member -> !member.name().equals(unlisted))
                .map(member -> new Listed("id" + member.number(), member.name(), false))
                .toList();
        return new Engine()
                .decide(new Observation(
                        NOW,
                        wanted,
                        new Recorded("cluster", 1, members.size(), quorumLostSince),
                        members,
                        new ClusterView(agreed, list, alarms)))
                .action();
    }

    private static Action.@Nullable Blocker blocker(Action action) {
        return action instanceof Action.Wait wait ? wait.blocker() : null;
    }

    private static MemberView member(int number, long dbSize) {
        return member(number, dbSize, "slow");
    }

    private static MemberView fast(int number) {
        return member(number, 10, "fast");
    }

    private static MemberView member(int number, long dbSize, String storageClass) {
        return member(number, dbSize, storageClass, false);
    }

    private static MemberView member(int number, long dbSize, String storageClass, boolean volumeGoes) {
        return new MemberView(
                "c-" + number,
                number,
                Join.LEARNER,
                1,
                "1.0.0",
                "a",
                false,
                false,
                true,
                NOW,
                0,
                null,
                NOW.minusSeconds(60),
                new PodView("u" + number, false, false, "1.0.0", "a"),
                new VolumeView(100, storageClass, volumeGoes, volumeGoes),
                new Answer("id" + number, "cluster", "id1", true, 100, dbSize, 10));
    }
}
