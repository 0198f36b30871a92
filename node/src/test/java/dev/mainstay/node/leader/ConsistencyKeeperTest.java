package dev.mainstay.node.leader;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.apply.StateHashes;
import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Alarm;
import dev.mainstay.node.common.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Member 1 leads and compares, every 10 ms the states and every 100 the keys; a round is done when the clock has moved. */
class ConsistencyKeeperTest {

    private static final CheckPace PACE = new CheckPace(10, 100, false);

    private final HandMovedTime time = new HandMovedTime();
    private final FakeGroup raft = new FakeGroup(1);
    private final List<String> compared = new ArrayList<>();
    private @Nullable HashWorld made;

    @AfterEach
    void close() {
        if (made != null) {
            made.close();
        }
    }

    @Test
    void equalMembersAreLeftAlone() {
        HashWorld world = lead(3, PACE);
        world.commit(HashWorld.put("a", "1"));
        world.commit(new Command.GrantLease(1, 10));

        time.advance(100);

        assertThat(world.proposed).isEmpty();
        assertThat(compared)
                .hasSize(11)
                .containsOnly("STATE Agreed[complete=true]", "KEYS Agreed[complete=true]")
                .contains("KEYS Agreed[complete=true]");
    }

    @Test
    void memberThatAppliedOtherwiseIsReportedAndTheOthersGoOn() {
        HashWorld world = lead(3, PACE);
        world.commitOtherwise(2, new Command.GrantLease(1, 10), new Command.GrantLease(1, 11));
        world.commit(HashWorld.put("a", "1"));

        time.advance(30);

        assertThat(world.proposed).containsExactly(new Command.ReportCorrupt(2));
        assertThat(world.core(1).alarms.raised()).containsExactly(new Alarm(2, Alarm.Type.CORRUPT));
        assertThat(world.core(2).alarms.isCorrupt(2)).isTrue();
        assertThat(world.commit(HashWorld.put("a", "2"))).isInstanceOf(Outcome.PutDone.class);
    }

    @Test
    void leaderThatIsAloneWithItsDataReportsItself() {
        HashWorld world = lead(3, PACE);
        world.commitOtherwise(1, HashWorld.put("a", "1"), HashWorld.put("a", "2"));

        time.advance(10);

        assertThat(world.proposed).containsExactly(new Command.ReportCorrupt(1));
    }

    @Test
    void dataChangedBehindTheStoreAreFoundByTheKeys() {
        HashWorld world = lead(3, PACE);
        world.commit(HashWorld.put("a", "1"));
        world.tamper(3);

        time.advance(99);
        assertThat(world.proposed).isEmpty();
        time.advance(1);

        assertThat(world.proposed).containsExactly(new Command.ReportCorrupt(3));
        assertThat(compared).contains("KEYS Differing[members=[3]]");
    }

    @Test
    void clearedAlarmComesBackWhileNothingIsMended() {
        HashWorld world = lead(3, PACE);
        world.commitOtherwise(2, HashWorld.put("a", "1"), HashWorld.put("a", "2"));
        time.advance(10);

        world.commit(new Command.SetAlarm(new Alarm(2, Alarm.Type.CORRUPT), false));
        assertThat(world.core(2).alarms.isCorrupt(2)).isFalse();
        time.advance(10);

        assertThat(world.core(2).alarms.isCorrupt(2)).isTrue();
    }

    @Test
    void withoutAMajorityAllWritesStop() {
        HashWorld world = lead(2, PACE);
        world.commitOtherwise(2, HashWorld.put("a", "1"), HashWorld.put("a", "2"));

        time.advance(50);

        assertThat(world.proposed).containsExactly(new Command.ReportCorrupt(0));
        assertThat(world.commit(HashWorld.put("a", "3"))).isEqualTo(new Outcome.Refused(ErrorCode.CORRUPT));
    }

    @Test
    void whoIsRightWaitsForTheMemberThatCanTell() {
        HashWorld world = lead(3, PACE);
        world.commitOtherwise(2, HashWorld.put("a", "1"), HashWorld.put("a", "2"));
        world.down.add(3L);

        time.advance(100);
        assertThat(world.proposed).isEmpty();
        assertThat(compared).contains("STATE Undecided[complete=false]", "KEYS Undecided[complete=false]");
        world.down.clear();
        time.advance(10);

        assertThat(world.proposed).containsExactly(new Command.ReportCorrupt(2));
    }

    @Test
    void memberThatIsBehindIsComparedWhereItStands() {
        HashWorld world = lead(3, PACE);
        world.commit(HashWorld.put("a", "1"));
        world.down.add(3L);
        for (int i = 0; i < StateHashes.KEPT / 4; i++) {
            world.commit(new Command.Tick());
        }
        world.down.clear();

        time.advance(10);
        assertThat(compared).containsExactly("STATE Agreed[complete=true]");
        world.down.add(3L);
        for (int i = 0; i < StateHashes.KEPT; i++) {
            world.commit(new Command.Tick());
        }
        world.down.clear();
        time.advance(10);

        assertThat(compared.getLast()).isEqualTo("STATE Agreed[complete=false]");
        assertThat(world.proposed).isEmpty();
    }

    @Test
    void membersOfOlderDataBeginAnewTogetherAndAreComparedFromThen() {
        HashWorld world = lead(3, PACE);
        world.commit(HashWorld.put("a", "1"));
        world.upgrade(3);
        world.commit(HashWorld.put("a", "2"));
        world.upgrade(2);

        time.advance(10);
        assertThat(world.proposed).containsExactly(new Command.BeginStateHash());
        time.advance(10);

        assertThat(world.proposed).hasSize(1);
        assertThat(compared).containsExactly("STATE Incomparable[]", "STATE Agreed[complete=true]");
    }

    @Test
    void compactionHasTheKeysComparedWhereThatIsAskedFor() {
        HashWorld world = lead(3, new CheckPace(10, 0, true));
        world.commit(HashWorld.put("a", "1"));
        world.commit(HashWorld.put("a", "2"));
        time.advance(50);
        assertThat(compared).containsOnly("STATE Agreed[complete=true]");

        world.commit(new Command.Compact(3));
        time.advance(50);

        assertThat(compared.stream().filter(line -> line.startsWith("KEYS")))
                .containsExactly("KEYS Agreed[complete=true]");
    }

    @Test
    void onlyTheLeaderReports() {
        HashWorld world = lead(3, PACE);
        world.commitOtherwise(2, HashWorld.put("a", "1"), HashWorld.put("a", "2"));
        raft.leader = 3;

        time.advance(200);

        assertThat(world.proposed).isEmpty();
    }

    @Test
    void dutyEndsWithTheOffice() {
        HashWorld world = new HashWorld(3);
        made = world;
        ConsistencyKeeper keeper = keeper(world, PACE);
        keeper.lead();
        keeper.follow();

        time.advance(200);

        assertThat(compared).isEmpty();
    }

    private HashWorld lead(int members, CheckPace pace) {
        HashWorld world = new HashWorld(members);
        made = world;
        keeper(world, pace).lead();
        return world;
    }

    private ConsistencyKeeper keeper(HashWorld world, CheckPace pace) {
        return new ConsistencyKeeper(
                world.comparison(),
                pace,
                world.core(1).alarms,
                raft,
                world.core(1).kv,
                world,
                new ConsistencyMeter() {
                    @Override
                    public void compared(Subject subject, Verdict verdict) {
                        compared.add(subject + " " + verdict);
                    }
                },
                time);
    }
}
