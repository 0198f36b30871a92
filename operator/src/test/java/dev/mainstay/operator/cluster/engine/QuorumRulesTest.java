package dev.mainstay.operator.cluster.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.operator.cluster.engine.ClusterView.Listed;
import dev.mainstay.operator.cluster.engine.LostQuorum.LogEnd;
import dev.mainstay.operator.cluster.engine.LostQuorum.Machine;
import dev.mainstay.operator.cluster.engine.LostQuorum.Policy;
import dev.mainstay.operator.cluster.engine.LostQuorum.Recovery;
import dev.mainstay.operator.cluster.engine.LostQuorum.Standing;
import dev.mainstay.operator.cluster.engine.MemberView.Answer;
import dev.mainstay.operator.cluster.engine.MemberView.Join;
import dev.mainstay.operator.cluster.engine.MemberView.PodView;
import dev.mainstay.operator.cluster.engine.MemberView.VolumeView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is decided once a quorum is lost, one situation each: five members, of which two answer. */
class QuorumRulesTest {

    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    private static final Instant LONG_AGO = NOW.minusSeconds(3600);

    private final Map<String, Standing> standings = new TreeMap<>();
    private final List<MemberView> members = new ArrayList<>();
    private final List<String> strays = new ArrayList<>();
    private Policy policy = new Policy(false, false, Long.MAX_VALUE);
    private Instant lostSince = NOW.minusSeconds(901);
    private @Nullable Recovery recovery;
    private @Nullable Recovery planned;
    private int incarnation = 1;
    private int approved;
    private int replicas = 5;
    private long knownRevision;
    private boolean claims = true;
    private boolean agreed;

    QuorumRulesTest() {
        answers(1, new LogEnd(3, 70, 40));
        answers(2, new LogEnd(4, 60, 39));
        silent(3, pod(3, false), new Standing(null, LONG_AGO, Machine.READY, false, 0));
        silent(4, pod(4, false), new Standing(null, LONG_AGO, Machine.READY, false, 0));
        silent(5, null, Standing.UNKNOWN);
    }

    @Test
    void aPersonIsToldWhoKnowsMostAndWhatToType() {
        knownRevision = 44;

        assertThat(waiting(Action.Blocker.APPROVAL))
                .contains("c-2 knows most: revision 39, and a log up to entry 60 of term 4")
                .contains("revision 44 is known to have been there, so at least 5 would be lost")
                .endsWith("kubectl annotate etcdcluster c mainstay.dev/approve-recovery=2 --overwrite");
    }

    @Test
    void ofLogsOfOneTermTheLongerOneKnowsMore() {
        standings.put("c-1", new Standing(new LogEnd(4, 61, 38), LONG_AGO, Machine.READY, false, 0));

        assertThat(waiting(Action.Blocker.APPROVAL)).contains("c-1 knows most");
    }

    @Test
    void approvalOfAnotherIncarnationIsNone() {
        approved = 3;

        assertThat(waiting(Action.Blocker.APPROVAL)).contains("incarnation 3 is approved, which isn't the one");

        approved = 2;
        assertThat(decide()).isInstanceOfSatisfying(Action.ChooseSurvivor.class, chosen -> {
            assertThat(chosen.survivor()).isEqualTo("c-2");
            assertThat(chosen.incarnation()).isEqualTo(2);
            assertThat(chosen.approved()).isTrue();
        });
    }

    @Test
    void nothingIsDecidedBeforeItsTimeWhoeverApproves() {
        approved = 2;
        lostSince = NOW.minusSeconds(899);

        assertThat(waiting(Action.Blocker.QUORUM)).endsWith("until 2026-01-01T12:00:01Z");
    }

    @Test
    void aNewPodIsWaitedFor() {
        approved = 2;
        standings.put("c-3", new Standing(null, NOW.minusSeconds(300), Machine.NONE, false, 0));

        assertThat(waiting(Action.Blocker.QUORUM))
                .contains("the pod of c-3 is new")
                .endsWith("2026-01-01T12:10:00Z");
    }

    @Test
    void membersThatCouldAgreeAreNotGivenUp() {
        approved = 2;
        members.remove(2);
        answers(3, new LogEnd(4, 60, 39));

        assertThat(waiting(Action.Blocker.QUORUM)).contains("they don't agree");
    }

    @Test
    void whoDoesNotTellHowMuchItKnowsIsAskedFirst() {
        approved = 2;
        standings.put("c-1", new Standing(null, LONG_AGO, Machine.READY, false, 0));

        assertThat(waiting(Action.Blocker.QUORUM)).contains("c-1 answers, but its metrics can't be read");
    }

    @Test
    void withoutAnAnswerThereIsNobodyToGoOnWith() {
        approved = 2;
        members.clear();
        IntStream.rangeClosed(1, 5)
                .forEach(n -> silent(n, pod(n, false), new Standing(null, LONG_AGO, Machine.READY, false, 0)));

        assertThat(waiting(Action.Blocker.APPROVAL)).contains("EtcdRestore");
    }

    @Test
    void dataThatGoWithThePodAreNoDataToBeginWith() {
        approved = 2;
        claims = false;

        assertThat(waiting(Action.Blocker.QUORUM)).contains("EmptyDir");
    }

    @Test
    void thePolicyGoesOnByItselfUnlessTooMuchWouldBeLost() {
        policy = new Policy(true, false, 5);
        knownRevision = 44;
        assertThat(decide()).isInstanceOf(Action.ChooseSurvivor.class);

        knownRevision = 45;
        assertThat(waiting(Action.Blocker.APPROVAL)).contains("maxLostRevisions");

        approved = 2;
        assertThat(decide()).isInstanceOf(Action.ChooseSurvivor.class);
    }

    @Test
    void thePolicyWaitsForMachinesThatAreNotHeardOf() {
        policy = new Policy(true, false, Long.MAX_VALUE);
        standings.put("c-4", new Standing(null, LONG_AGO, Machine.LOST, false, 0));

        assertThat(waiting(Action.Blocker.FENCING))
                .contains("aren't heard of: c-4")
                .contains("delete their Node objects");

        standings.put("c-4", new Standing(null, LONG_AGO, Machine.OUT_OF_SERVICE, false, 0));
        assertThat(waiting(Action.Blocker.FENCING)).contains("c-4");

        policy = new Policy(true, true, Long.MAX_VALUE);
        assertThat(decide()).isInstanceOf(Action.ChooseSurvivor.class);
    }

    @Test
    void thePolicyDoesNotJudgeWhatIsNotOurs() {
        policy = new Policy(true, false, Long.MAX_VALUE);
        strays.add("c-9");

        assertThat(waiting(Action.Blocker.APPROVAL)).contains("can't see to it that these don't run: pod c-9");
    }

    @Test
    void othersAreStoppedBeforeTheirEndIsWaitedFor() {
        chosen();
        assertThat(decide()).isEqualTo(new Action.Suspend("c-1", true));

        members.replaceAll(member -> suspended(member, member.pod()));
        assertThat(decide()).isEqualTo(new Action.DeletePod("c-1", "u1", "the cluster goes on without it"));

        members.replaceAll(member -> suspended(member, member.number() == 2 ? member.pod() : null));
        assertThat(decide())
                .isInstanceOfSatisfying(
                        Action.RaiseIncarnation.class,
                        raised -> assertThat(raised.proof()).contains("the pod of c-5 is gone"));
    }

    @Test
    void aPodThatOnlyStopsIsNoProofUnlessItsMachineOrAPersonSaysSo() {
        chosen();
        members.replaceAll(member ->
                suspended(member, member.number() == 2 ? member.pod() : member.number() == 3 ? pod(3, true) : null));
        standings.put("c-3", new Standing(null, LONG_AGO, Machine.OUT_OF_SERVICE, false, 0));
        assertThat(waiting(Action.Blocker.FENCING)).contains("once these are known not to run any more: c-3");

        policy = new Policy(true, true, Long.MAX_VALUE);
        assertThat(decide()).isInstanceOf(Action.RaiseIncarnation.class);

        policy = new Policy(true, false, Long.MAX_VALUE);
        approved = 2;
        assertThat(waiting(Action.Blocker.FENCING)).contains("c-3");
        standings.put("c-3", new Standing(null, LONG_AGO, Machine.LOST, true, 0));
        assertThat(decide())
                .isInstanceOfSatisfying(
                        Action.RaiseIncarnation.class,
                        raised -> assertThat(raised.proof()).contains("a person approved to go on without c-3"));
    }

    @Test
    void beforeTheIncarnationIsRaisedAllCanBeTakenBack() {
        chosen();
        policy = new Policy(false, false, Long.MAX_VALUE);
        assertThat(decide()).isEqualTo(new Action.AbandonRecovery("the approval was taken back"));

        approved = 2;
        replicas = 0;
        assertThat(decide()).isEqualTo(new Action.AbandonRecovery("the cluster is to sleep"));

        replicas = 5;
        agreed = true;
        assertThat(decide()).isEqualTo(new Action.AbandonRecovery("the quorum is back"));
    }

    @Test
    void theSurvivorsPodIsMadeAnewUntilItServesAlone() {
        recovery = new Recovery(2, "c-2", false);
        incarnation = 2;
        assertThat(decide()).isEqualTo(new Action.DeletePod("c-2", "u2", "begins anew alone"));

        MemberView survivor = members.get(1);
        members.set(1, with(survivor, null, null));
        assertThat(decide()).isEqualTo(new Action.BeginAnew("c-2", 2));

        members.set(1, with(survivor, pod(2, false), null));
        standings.put("c-2", new Standing(null, NOW, Machine.READY, false, 2));
        assertThat(waiting(Action.Blocker.REBUILDING)).contains("c-2 begins anew alone");

        agreed = true;
        members.set(1, with(survivor, pod(2, false), new Answer("id2", "cluster", "id2", true, 60, 10, 10)));
        assertThat(decide()).isEqualTo(new Action.FinishRecovery("c-2"));
    }

    private void chosen() {
        planned = new Recovery(2, "c-2", false);
        policy = new Policy(true, false, Long.MAX_VALUE);
    }

    private Action decide() {
        Wanted wanted = new Wanted(
                "c",
                false,
                false,
                replicas,
                "1.0.0",
                "a",
                new Wanted.Volumes(claims, 100, "", false, true, false),
                UsualPolicy.POLICY,
                approved);
        List<Listed> list = IntStream.rangeClosed(1, 5)
                .mapToObj(n -> new Listed("id" + n, "c-" + n, false))
                .toList();
        return new Engine()
                .decide(new Observation(
                        NOW,
                        wanted,
                        new Recorded("cluster", incarnation, 5, lostSince),
                        members,
                        new ClusterView(agreed, list, List.of()),
                        Seed.NONE,
                        new LostQuorum(policy, recovery, planned, standings, strays, List.of(), knownRevision)))
                .action();
    }

    private String waiting(Action.Blocker blocker) {
        Action action = decide();
        assertThat(action)
                .isInstanceOfSatisfying(
                        Action.Wait.class,
                        wait -> assertThat(wait.blocker()).as(wait.why()).isEqualTo(blocker));
        return ((Action.Wait) action).why();
    }

    private void answers(int number, LogEnd log) {
        members.add(member(
                number,
                false,
                pod(number, false),
                new Answer("id" + number, "cluster", "", false, log.index(), 10, 10)));
        standings.put("c-" + number, new Standing(log, LONG_AGO, Machine.READY, false, 0));
    }

    private void silent(int number, @Nullable PodView pod, Standing standing) {
        members.add(member(number, false, pod, null));
        standings.put("c-" + number, standing);
    }

    private static PodView pod(int number, boolean terminating) {
        return new PodView("u" + number, false, terminating, "1.0.0", "a");
    }

    private static MemberView suspended(MemberView member, @Nullable PodView pod) {
        boolean survives = member.number() == 2;
        return member(member.number(), !survives, pod, pod == null || !survives ? null : member.answer());
    }

    private static MemberView with(MemberView member, @Nullable PodView pod, @Nullable Answer answer) {
        return member(member.number(), member.suspended(), pod, answer);
    }

    private static MemberView member(int number, boolean suspended, @Nullable PodView pod, @Nullable Answer answer) {
        return new MemberView(
                "c-" + number,
                number,
                Join.LEARNER,
                1,
                "1.0.0",
                "a",
                suspended,
                false,
                true,
                LONG_AGO,
                0,
                LONG_AGO,
                null,
                pod,
                number == 5 ? null : new VolumeView(100, "slow", false, false),
                answer);
    }
}
