package dev.mainstay.operator.cluster.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.operator.cluster.engine.ClusterView.Alarm;
import dev.mainstay.operator.cluster.engine.ClusterView.Listed;
import dev.mainstay.operator.cluster.engine.MemberView.Answer;
import dev.mainstay.operator.cluster.engine.MemberView.Care;
import dev.mainstay.operator.cluster.engine.MemberView.Join;
import dev.mainstay.operator.cluster.engine.MemberView.PodView;
import dev.mainstay.operator.cluster.engine.MemberView.Space;
import dev.mainstay.operator.cluster.engine.MemberView.VolumeView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Decisions about work that can wait, and about volumes that grow by themselves: three members, of which the first leads. */
class UpkeepRulesTest {

    private static final Instant NOW = Instant.parse("2026-01-03T12:00:00Z");
    private static final Instant OPENS = Instant.parse("2026-01-04T02:00:00Z");
    private static final Upkeep CLOSED = new Upkeep(false, OPENS, "", null);
    private static final long MIB = 1L << 20;
    private static final Wanted.Growth GROWTH = new Wanted.Growth(80, 25, 2000 * MIB);

    private String defragmenting = "";
    private Upkeep upkeep = Upkeep.ALWAYS;
    private List<MemberView> members = List.of(member(1), member(2), member(3));
    private String template = "a";
    private int replicas = 3;
    private boolean rollByItself = true;
    private String storageClass = "slow";
    private long bytes = 1000 * MIB;
    private Wanted.@Nullable Growth growth;
    private List<Alarm> alarms = List.of();

    @Test
    void changeWaitsForAWindow() {
        template = "b";
        assertThat(decide()).isInstanceOf(Action.SetTemplate.class);

        upkeep = CLOSED;
        assertThat(decide())
                .isEqualTo(new Action.Wait(
                        Action.Blocker.WINDOW,
                        "members are to take a change; the next maintenance window opens at 2026-01-04T02:00:00Z"));

        upkeep = new Upkeep(false, null, "", null);
        assertThat(decide())
                .isEqualTo(new Action.Wait(
                        Action.Blocker.WINDOW,
                        "members are to take a change; none of spec.maintenance.windows ever opens again"));
    }

    @Test
    void whoScalesDoesNotWait() {
        template = "b";
        upkeep = CLOSED;
        replicas = 5;

        assertThat(decide()).isEqualTo(new Action.CreateMember(4, Join.LEARNER));
    }

    @Test
    void whoIsBrokenDoesNotWait() {
        template = "b";
        upkeep = CLOSED;
        members = List.of(member(1), member(2), silent(3));

        assertThat(decide()).isEqualTo(new Action.SetTemplate("c-3", "1.0.0", "b"));
    }

    /** With OnDelete a person chooses the time. */
    @Test
    void whoDeletesPodsByHandNeedsNoWindow() {
        template = "b";
        upkeep = CLOSED;
        rollByItself = false;

        assertThat(decide()).isInstanceOf(Action.SetTemplate.class);
    }

    @Test
    void otherStorageClassWaitsForAWindowAndWhatBeganIsFinished() {
        storageClass = "fast";
        upkeep = CLOSED;
        assertThat(decide())
                .isInstanceOfSatisfying(
                        Action.Wait.class, wait -> assertThat(wait.why()).startsWith("volumes are to be exchanged; "));

        members = List.of(member(1), member(2), member(3), fast(4));
        assertThat(decide())
                .isInstanceOfSatisfying(
                        Action.MarkLeaving.class,
                        leave -> assertThat(leave.member()).isEqualTo("c-3"));
    }

    @Test
    void schedulesThatCannotBeReadStopWhatCanWaitOnly() {
        upkeep = new Upkeep(false, null, "write something else", null);
        assertThat(decide()).isEqualTo(new Action.Wait(Action.Blocker.SPEC, "write something else"));

        bytes = 2000 * MIB;
        assertThat(decide()).isEqualTo(new Action.GrowVolume("c-1", bytes));
    }

    @Test
    void freeSpaceIsReturnedWhenItIsTimeTheLeadersLast() {
        upkeep = defragments(NOW.minusSeconds(60));
        members = List.of(data(1, 900, 100, null), data(2, 900, 100, null), data(3, 900, 100, null));
        assertThat(decide()).isEqualTo(new Action.Defragment("c-2"));

        members = List.of(data(1, 900, 100, null), data(2, 900, 100, NOW), data(3, 900, 100, null));
        assertThat(decide()).isEqualTo(new Action.Defragment("c-3"));

        members = List.of(data(1, 900, 100, null), data(2, 900, 100, NOW), data(3, 900, 100, NOW));
        assertThat(decide()).isEqualTo(new Action.Defragment("c-1"));

        members = List.of(data(1, 900, 100, NOW), data(2, 900, 100, NOW), data(3, 900, 100, NOW));
        assertThat(decide()).as("once for each time").isEqualTo(new Action.Idle());

        members = List.of(data(1, 900, 801, null), data(2, 900, 801, null), data(3, 900, 801, null));
        assertThat(decide()).as("not worth it").isEqualTo(new Action.Idle());
    }

    @Test
    void oneMemberAtATimeReturnsFreeSpace() {
        upkeep = defragments(NOW.minusSeconds(60));
        defragmenting = "c-2";
        members = List.of(data(1, 900, 100, null), data(2, 900, 900, NOW), data(3, 900, 100, null));

        assertThat(decide()).isEqualTo(new Action.Wait(Action.Blocker.DEFRAGMENTATION, "c-2 returns free space"));
    }

    @Test
    void freeSpaceIsLeftAloneWhenItIsNotTime() {
        members = List.of(data(1, 900, 100, null), data(2, 900, 100, null), data(3, 900, 100, null));
        upkeep = defragments(null);
        assertThat(decide()).isEqualTo(new Action.Idle());

        upkeep = new Upkeep(false, OPENS, "", new Upkeep.Defragmentation(NOW, 100, 80));
        assertThat(decide()).as("outside of windows").isEqualTo(new Action.Idle());
    }

    /** Nobody waits for a window until the cluster refuses writes. */
    @Test
    void nearTheQuotaFreeSpaceIsReturnedAtOnceButNotAgainAndAgain() {
        upkeep = new Upkeep(false, OPENS, "", new Upkeep.Defragmentation(null, 100_000, 80));
        members = List.of(member(1), data(2, 8000, 100, null), member(3));
        assertThat(decide()).isEqualTo(new Action.Defragment("c-2"));

        members = List.of(member(1), data(2, 7999, 100, null), member(3));
        assertThat(decide()).isEqualTo(new Action.Idle());

        members = List.of(member(1), data(2, 8000, 100, NOW.minusSeconds(3599)), member(3));
        assertThat(decide()).isEqualTo(new Action.Idle());

        members = List.of(member(1), data(2, 8000, 100, NOW.minusSeconds(3600)), member(3));
        assertThat(decide()).isEqualTo(new Action.Defragment("c-2"));

        members = List.of(member(1), data(2, 8000, 7200, null), member(3));
        assertThat(decide()).as("nothing to gain").isEqualTo(new Action.Idle());
    }

    @Test
    void nothingIsDefragmentedWhileSomebodyIsUnwell() {
        upkeep = defragments(NOW);
        members = List.of(member(1), data(2, 900, 100, null), silent(3));
        assertThat(decide()).isInstanceOf(Action.Wait.class);
    }

    @Test
    void volumeThatIsNearlyFullGrowsByAStepAndTheOthersFollow() {
        growth = GROWTH;
        members = List.of(member(1), volume(2, 1000, 1000, 800), member(3));
        assertThat(decide()).isEqualTo(new Action.GrowVolume("c-2", 1250 * MIB));

        bytes = 1250 * MIB;
        members = List.of(member(1), volume(2, 1250, 1000, 800), member(3));
        assertThat(decide()).isEqualTo(new Action.GrowVolume("c-1", 1250 * MIB));

        members = List.of(volume(1, 1250, 1250, 0), volume(2, 1250, 1000, 990), volume(3, 1250, 1250, 0));
        assertThat(decide()).as("until the last step is done").isEqualTo(new Action.Idle());

        members = List.of(volume(1, 1250, 1250, 0), volume(2, 1250, 1250, 990), volume(3, 1250, 1250, 0));
        assertThat(decide()).as("it has room").isEqualTo(new Action.Idle());
    }

    @Test
    void volumesDoNotGrowBeyondTheirLargestSize() {
        growth = GROWTH;
        bytes = 1900 * MIB;
        members = List.of(volume(1, 1900, 1900, 1800), volume(2, 1900, 1900, 0), volume(3, 1900, 1900, 0));
        assertThat(decide()).isEqualTo(new Action.GrowVolume("c-1", 2000 * MIB));

        bytes = 2000 * MIB;
        members = List.of(volume(1, 2000, 2000, 1990), volume(2, 2000, 2000, 0), volume(3, 2000, 2000, 0));
        assertThat(decide()).isEqualTo(new Action.Idle());
    }

    @Test
    void volumesGrowBeforeAnybodysHealthIsLookedAt() {
        growth = GROWTH;
        alarms = List.of(new Alarm("id2", Alarm.Kind.NOSPACE));
        members = List.of(member(1), volume(2, 1000, 1000, 999), silent(3));

        assertThat(decide()).isEqualTo(new Action.GrowVolume("c-2", 1250 * MIB));
    }

    /** As where volumes are folders of one disk. */
    @Test
    void growthThatWouldHelpNobodyIsLeftOut() {
        growth = GROWTH;
        Space shared = new Space(1000 * MIB, 50_000 * MIB, 49_000 * MIB, 0);
        members = List.of(of(1, "slow", 1000, shared, 10, 10, null), member(2), member(3));

        assertThat(decide()).isEqualTo(new Action.Idle());
    }

    @Test
    void sizeThatWasRefusedHoldsUpNothing() {
        growth = GROWTH;
        Space refused = new Space(1000 * MIB, 1000 * MIB, 900 * MIB, 1250 * MIB);
        members = List.of(of(1, "slow", 1000, refused, 10, 10, null), member(2), member(3));
        assertThat(decide()).isEqualTo(new Action.Idle());

        growth = null;
        bytes = 1250 * MIB;
        members = List.of(
                of(1, "slow", 1000, refused, 10, 10, null),
                of(2, "slow", 1250, Space.UNKNOWN, 10, 10, null),
                of(3, "slow", 1250, Space.UNKNOWN, 10, 10, null));
        assertThat(decide()).isEqualTo(new Action.Idle());

        bytes = 1300 * MIB;
        assertThat(decide()).as("another size").isEqualTo(new Action.GrowVolume("c-1", 1300 * MIB));
    }

    @Test
    void stepsAreWholeMebibytes() {
        assertThat(AutoGrowRule.step(1000 * MIB + 1, GROWTH)).isEqualTo(1251 * MIB);
        assertThat(AutoGrowRule.step(3 * MIB, new Wanted.Growth(80, 5, 100 * MIB)))
                .isEqualTo(4 * MIB);
    }

    @Test
    void newMemberWaitsAWhileForItsAddress() {
        MemberView young = joining(NOW.minusSeconds(59));
        members = List.of(member(1), member(2), young);
        assertThat(decide()).isNotInstanceOf(Action.CreatePod.class);

        members = List.of(member(1), member(2), joining(NOW.minusSeconds(60)));
        assertThat(decide()).isEqualTo(new Action.CreatePod("c-3", false));
    }

    private static Upkeep defragments(@Nullable Instant since) {
        return new Upkeep(true, null, "", new Upkeep.Defragmentation(since, 100, 80));
    }

    private Action decide() {
        Wanted.Policy policy = new Wanted.Policy(
                rollByItself,
                Duration.ofSeconds(10),
                9,
                Duration.ofSeconds(900),
                true,
                Duration.ofSeconds(300),
                3,
                Duration.ofSeconds(900),
                10_000);
        Wanted wanted = new Wanted(
                "c",
                false,
                false,
                replicas,
                "1.0.0",
                template,
                new Wanted.Volumes(true, bytes, storageClass, !storageClass.equals("slow"), true, false, growth),
                policy,
                0);
        List<Listed> list = members.stream()
                .map(member -> new Listed("id" + member.number(), member.name(), false))
                .toList();
        return new Engine()
                .decide(new Observation(
                        NOW,
                        wanted,
                        new Recorded("cluster", 1, members.size(), null),
                        members,
                        new ClusterView(true, list, alarms),
                        Seed.NONE,
                        LostQuorum.NOTHING,
                        upkeep))
                .action();
    }

    private MemberView member(int number) {
        return data(number, 10, 10, null);
    }

    private MemberView fast(int number) {
        return of(number, "fast", 1000, Space.UNKNOWN, 10, 10, null);
    }

    private MemberView data(int number, long size, long inUse, @Nullable Instant defragmented) {
        Space space = new Space(1000 * MIB, 1000 * MIB, 0, 0);
        return of(number, "slow", 1000, space, size, inUse, defragmented);
    }

    /** Sizes in MiB. */
    private MemberView volume(int number, long requested, long granted, long used) {
        Space space = new Space(granted * MIB, granted * MIB, used * MIB, 0);
        return of(number, "slow", requested, space, 10, 10, null);
    }

    private MemberView of(
            int number,
            String storageClass,
            long requested,
            Space space,
            long size,
            long inUse,
            @Nullable Instant defragmented) {
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
                new VolumeView(requested * MIB, storageClass, false, false, space),
                new Answer("id" + number, "cluster", "id1", true, 100, size, inUse),
                new Care(defragmented, false, defragmenting.equals("c-" + number)));
    }

    private static MemberView silent(int number) {
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
                NOW.minusSeconds(120),
                null,
                new PodView("u" + number, false, false, "1.0.0", "a"),
                new VolumeView(1000 * MIB, "slow", false, false, new Space(1000 * MIB, 0, 0, 0)),
                null);
    }

    /** On the list, with a volume, and without a pod. */
    private static MemberView joining(Instant created) {
        return new MemberView(
                "c-3",
                3,
                Join.LEARNER,
                1,
                "1.0.0",
                "a",
                false,
                false,
                false,
                created,
                0,
                NOW,
                null,
                null,
                new VolumeView(1000 * MIB, "slow", false, false),
                null,
                new Care(null, true, false));
    }
}
