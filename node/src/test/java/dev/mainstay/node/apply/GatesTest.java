package dev.mainstay.node.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Comparison;
import dev.mainstay.node.command.Operation;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Alarm;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.common.Member;
import java.util.List;
import org.junit.jupiter.api.Test;

class GatesTest {

    private static final Bytes KEY = Bytes.utf8("a");
    private static final Operation.Put PUT = new Operation.Put(KEY, Bytes.utf8("1"), 0, false, false, false);
    private static final Operation.DeleteRange DELETE = new Operation.DeleteRange(KeyRange.single(KEY), false);
    private static final Comparison NEVER =
            new Comparison(KeyRange.single(KEY), Comparison.Target.VERSION, Comparison.Result.LESS, 0, Bytes.EMPTY);

    private final Replica replica = Replica.empty();

    @Test
    void noSpaceLooksAtTheDearerBranchWhicheverIsTaken() {
        alarm(1, Alarm.Type.NOSPACE, true);

        assertThat(refused(new Operation.Txn(List.of(NEVER), List.of(PUT), List.of(DELETE))))
                .isTrue();
        Operation.Txn nested = new Operation.Txn(List.of(), List.of(), List.of(PUT));
        assertThat(refused(new Operation.Txn(List.of(), List.of(nested), List.of())))
                .isTrue();
        assertThat(refused(new Operation.Txn(List.of(), List.of(DELETE), List.of(DELETE))))
                .isFalse();
    }

    @Test
    void gateStaysShutUntilEveryMemberHasClearedItsAlarm() {
        alarm(1, Alarm.Type.NOSPACE, true);
        alarm(2, Alarm.Type.NOSPACE, true);

        alarm(1, Alarm.Type.NOSPACE, false);
        assertThat(refused(PUT)).isTrue();
        alarm(2, Alarm.Type.NOSPACE, false);

        assertThat(refused(PUT)).isFalse();
    }

    @Test
    void alarmActsOnTheNextCommandOfTheSameEntry() {
        List<Outcome> outcomes = replica.apply(
                PUT,
                new Command.SetAlarm(new Alarm(1, Alarm.Type.NOSPACE), true),
                PUT,
                new Command.SetAlarm(new Alarm(1, Alarm.Type.NOSPACE), false),
                PUT);

        assertThat(outcomes.get(2)).isEqualTo(new Outcome.Refused(ErrorCode.NO_SPACE));
        assertThat(outcomes.get(4)).isEqualTo(new Outcome.PutDone(3, null));
    }

    @Test
    void corruptSpeaksBeforeNoSpaceAndLeavesTimeAndAlarmsAlone() {
        replica.applyOne(new Command.GrantLease(7, 10));
        alarm(1, Alarm.Type.NOSPACE, true);
        alarm(1, Alarm.Type.CORRUPT, true);

        assertThat(replica.applyOne(PUT)).isEqualTo(new Outcome.Refused(ErrorCode.CORRUPT));
        assertThat(replica.applyOne(new Command.ExpireLease(7, 10_000)))
                .isEqualTo(new Outcome.Refused(ErrorCode.CORRUPT));
        assertThat(replica.applyOne(new Command.RenewLease(7, 50_000))).isEqualTo(new Outcome.Done(1));
        assertThat(replica.applyOne(new Command.Tick())).isEqualTo(new Outcome.Done(1));
        alarm(1, Alarm.Type.CORRUPT, false);
        assertThat(replica.applyOne(PUT)).isEqualTo(new Outcome.Refused(ErrorCode.NO_SPACE));
    }

    @Test
    void reportOfOneMemberLeavesTheOthersTheirWrites() {
        replica.applyOne(new Command.FoundCluster(List.of(member(1), member(2))));

        assertThat(replica.applyOne(new Command.ReportCorrupt(1)))
                .isEqualTo(new Outcome.AlarmsChanged(1, List.of(new Alarm(1, Alarm.Type.CORRUPT))));

        assertThat(replica.alarms.raised()).containsExactly(new Alarm(1, Alarm.Type.CORRUPT));
        assertThat(replica.alarms.isCorrupt(1)).isTrue();
        assertThat(replica.alarms.isCorrupt(2)).isFalse();
        assertThat(replica.alarms.concerning(1)).hasSize(1);
        assertThat(replica.alarms.concerning(2)).isEmpty();
        assertThat(refused(PUT)).isFalse();
        assertThat(replica.applyOne(new Command.ReportCorrupt(1)))
                .as("a second report")
                .isEqualTo(new Outcome.AlarmsChanged(2, List.of()));
        assertThat(replica.applyOne(new Command.ReportCorrupt(3)))
                .as("a report of nobody's member")
                .isEqualTo(new Outcome.AlarmsChanged(2, List.of()));
        replica.store.flush();
        Replica restarted = replica.afterCrash();
        assertThat(restarted.alarms.isCorrupt(1)).isTrue();
        assertThat(restarted.applyOne(PUT)).isInstanceOf(Outcome.PutDone.class);
    }

    @Test
    void reportOfNobodyAndAnAlarmByHandStopAllWrites() {
        replica.applyOne(new Command.FoundCluster(List.of(member(1))));
        replica.applyOne(new Command.ReportCorrupt(0));
        assertThat(replica.applyOne(PUT)).isEqualTo(new Outcome.Refused(ErrorCode.CORRUPT));
        alarm(0, Alarm.Type.CORRUPT, false);
        assertThat(refused(PUT)).isFalse();

        replica.applyOne(new Command.ReportCorrupt(1));
        assertThat(refused(PUT)).isFalse();
        alarm(1, Alarm.Type.CORRUPT, true);

        assertThat(replica.applyOne(PUT)).isEqualTo(new Outcome.Refused(ErrorCode.CORRUPT));
        assertThat(replica.alarms.concerning(2)).hasSize(1);
        alarm(1, Alarm.Type.CORRUPT, false);
        assertThat(replica.alarms.raised()).isEmpty();
    }

    @Test
    void removedMemberTakesItsReportAlong() {
        replica.applyOne(new Command.FoundCluster(List.of(member(1), member(2))));
        replica.applyOne(new Command.ReportCorrupt(1));

        replica.applyOne(new Command.RemoveMember(1));

        assertThat(replica.alarms.raised()).isEmpty();
    }

    private static Member member(long id) {
        return new Member(id, "m" + id, List.of("http://m" + id + ":1"), List.of(), false);
    }

    @Test
    void alarmsOutliveARestart() {
        alarm(1, Alarm.Type.NOSPACE, true);
        replica.store.flush();

        Replica restarted = replica.afterCrash();

        assertThat(restarted.alarms.raised()).containsExactly(new Alarm(1, Alarm.Type.NOSPACE));
        assertThat(restarted.applyOne(PUT)).isEqualTo(new Outcome.Refused(ErrorCode.NO_SPACE));
    }

    private boolean refused(Command command) {
        return replica.applyOne(command) instanceof Outcome.Refused;
    }

    private void alarm(long member, Alarm.Type type, boolean active) {
        replica.applyOne(new Command.SetAlarm(new Alarm(member, type), active));
    }
}
