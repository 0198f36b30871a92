package dev.mainstay.node.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.CommandBatch;
import dev.mainstay.node.command.Comparison;
import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.command.Operation;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.command.RangeQuery;
import dev.mainstay.node.common.Alarm;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.Event;
import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.common.KeyValue;
import dev.mainstay.node.lease.Lease;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The contract's rules of writes, on a real store in memory. */
class ApplierTest {

    private static final Bytes A = Bytes.utf8("a");
    private static final Bytes B = Bytes.utf8("b");
    private static final Bytes V = Bytes.utf8("v");

    private final Replica replica = Replica.empty();

    @Test
    void nestedResultsCarryTheOneRevision() {
        Operation.Txn txn = success(
                put(A),
                success(put(B), range(B, 0)),
                new Operation.DeleteRange(KeyRange.single(Bytes.utf8("zz")), false));

        assertThat(replica.applyOne(txn))
                .isEqualTo(new Outcome.TxnDone(
                        2,
                        true,
                        List.of(
                                new Outcome.PutDone(2, null),
                                new Outcome.TxnDone(
                                        0,
                                        true,
                                        List.of(
                                                new Outcome.PutDone(2, null),
                                                new Outcome.Ranged(
                                                        2, List.of(new KeyValue(B, 2, 2, 1, V, 0)), false, 1))),
                                new Outcome.Deleted(2, 0, List.of()))));
    }

    @Test
    void nestedComparisonsSeeTheStateBeforeTheTransaction() {
        Operation.Txn inner =
                new Operation.Txn(List.of(version(A, Comparison.Result.GREATER, 0)), List.of(), List.of());

        Outcome.TxnDone done = (Outcome.TxnDone) replica.applyOne(success(put(A), inner));

        assertThat(done.results().get(1)).isEqualTo(new Outcome.TxnDone(0, false, List.of()));
    }

    @Test
    void missingKeyComparesAsZeroButItsValueWithNothing() {
        assertThat(succeeds(version(A, Comparison.Result.EQUAL, 0))).isTrue();
        assertThat(succeeds(
                        new Comparison(KeyRange.single(A), Comparison.Target.VALUE, Comparison.Result.NOT_EQUAL, 0, V)))
                .isFalse();
    }

    @Test
    void oneKeyMayChangeTwiceInOneRevision() {
        replica.applyOne(put(A));
        replica.events.clear();

        replica.applyOne(success(new Operation.DeleteRange(new KeyRange(A, null), false), put(A)));

        assertThat(replica.events.getFirst().events())
                .containsExactly(
                        Event.delete(A, 3, new KeyValue(A, 2, 2, 1, V, 0)),
                        new Event(Event.Type.PUT, new KeyValue(A, 3, 3, 1, V, 0), null));
    }

    @Test
    void failingTransactionChangesNothing() {
        assertThat(refusal(success(put(A), range(A, 5)))).isEqualTo(ErrorCode.FUTURE_REVISION);
        assertThat(refusal(success(put(A), putWithLease(B, 9)))).isEqualTo(ErrorCode.LEASE_NOT_FOUND);
        assertThat(refusal(success(put(A), keepingValue(B)))).isEqualTo(ErrorCode.KEY_NOT_FOUND);
        replica.applyOne(put(A));
        replica.applyOne(new Command.Compact(2));
        assertThat(refusal(success(put(B), range(A, -6)))).isEqualTo(ErrorCode.COMPACTED);
        assertThat(refusal(success(new Operation.DeleteRange(KeyRange.all(), false), keepingValue(A))))
                .isEqualTo(ErrorCode.KEY_NOT_FOUND);

        assertThat(replica.kv.revision()).isEqualTo(2);
    }

    @Test
    void requestsOfOneEntrySeeEachOther() {
        List<Outcome> outcomes = replica.apply(put(A), success(range(A, 0)), put(A));

        assertThat(((Outcome.TxnDone) outcomes.get(1)).revision()).isEqualTo(2);
        assertThat(replica.kv.get(A)).isEqualTo(new KeyValue(A, 2, 3, 2, V, 0));
    }

    @Test
    void leaseTakesItsKeysWithItInOneRevision() {
        replica.apply(new Command.GrantLease(7, 10), putWithLease(B, 7), putWithLease(A, 7));
        assertThat(replica.leases.keys(7)).containsExactly(A, B);
        replica.events.clear();

        assertThat(replica.applyOne(new Command.RevokeLease(7))).isEqualTo(new Outcome.Done(4));

        assertThat(replica.events).hasSize(1);
        assertThat(replica.events.getFirst().events())
                .extracting(event -> event.kv().key())
                .containsExactly(A, B);
        assertThat(refusal(new Command.RevokeLease(7))).isEqualTo(ErrorCode.LEASE_NOT_FOUND);
        assertThat(replica.leases.keys(7)).isEmpty();
    }

    @Test
    void tooLongTtlIsRefusedAndTheLongestIsNot() {
        assertThat(replica.applyOne(new Command.GrantLease(7, Lease.MAX_TTL_SECONDS)))
                .isInstanceOf(Outcome.Granted.class);

        assertThat(refusal(new Command.GrantLease(7, Lease.MAX_TTL_SECONDS + 1)))
                .isEqualTo(ErrorCode.LEASE_TTL_TOO_LARGE);
    }

    @Test
    void keyHangsOnItsLastLeaseOnly() {
        replica.apply(new Command.GrantLease(7, 10), new Command.GrantLease(8, 10), putWithLease(A, 7));

        replica.applyOne(putWithLease(A, 8));
        assertThat(replica.leases.keys(7)).isEmpty();
        assertThat(replica.leases.keys(8)).containsExactly(A);
        replica.applyOne(put(A));
        assertThat(replica.leases.keys(8)).isEmpty();
        replica.applyOne(new Command.RevokeLease(8));

        assertThat(replica.kv.get(A)).isNotNull();
    }

    @Test
    void expiryYieldsToARenewal() {
        replica.applier.apply(
                new LogPosition(1, 1), List.of(new CommandBatch(1_000, List.of(new Command.GrantLease(7, 10)))));
        replica.applyOne(new Command.RenewLease(7, 20_000));

        replica.applyOne(new Command.ExpireLease(7, 11_000));
        assertThat(replica.leases.get(7)).isNotNull();
        replica.applyOne(new Command.ExpireLease(7, 20_000));

        assertThat(replica.leases.get(7)).isNull();
    }

    @Test
    void noSpaceStopsGrowthOnly() {
        replica.apply(put(A), new Command.GrantLease(7, 10), putWithLease(B, 7));
        replica.applyOne(new Command.SetAlarm(new Alarm(1, Alarm.Type.NOSPACE), true));

        assertThat(refusal(put(A))).isEqualTo(ErrorCode.NO_SPACE);
        assertThat(refusal(success(put(A)))).isEqualTo(ErrorCode.NO_SPACE);
        assertThat(refusal(new Command.GrantLease(8, 10))).isEqualTo(ErrorCode.NO_SPACE);
        assertThat(refusal(new Command.GrantLease(8, Lease.MAX_TTL_SECONDS + 1)))
                .isEqualTo(ErrorCode.NO_SPACE);
        assertThat(replica.applyOne(success(new Operation.DeleteRange(KeyRange.single(A), false))))
                .isInstanceOf(Outcome.TxnDone.class);
        assertThat(replica.applyOne(new Command.RevokeLease(7))).isInstanceOf(Outcome.Done.class);
        assertThat(replica.applyOne(new Command.Compact(3))).isInstanceOf(Outcome.Done.class);
    }

    @Test
    void corruptStopsEveryChange() {
        Command.SetAlarm raise = new Command.SetAlarm(new Alarm(1, Alarm.Type.CORRUPT), true);
        assertThat(replica.applyOne(raise)).isEqualTo(new Outcome.AlarmsChanged(1, List.of(raise.alarm())));
        assertThat(replica.applyOne(raise)).isEqualTo(new Outcome.AlarmsChanged(1, List.of()));

        assertThat(refusal(put(A))).isEqualTo(ErrorCode.CORRUPT);
        assertThat(refusal(new Operation.DeleteRange(KeyRange.all(), false))).isEqualTo(ErrorCode.CORRUPT);
        assertThat(refusal(new Command.Compact(1))).isEqualTo(ErrorCode.CORRUPT);
    }

    private boolean succeeds(Comparison comparison) {
        Operation.Txn txn = new Operation.Txn(List.of(comparison), List.of(), List.of());
        return ((Outcome.TxnDone) replica.applyOne(txn)).succeeded();
    }

    private ErrorCode refusal(Command command) {
        return ((Outcome.Refused) replica.applyOne(command)).code();
    }

    private static Operation.Txn success(Operation... operations) {
        return new Operation.Txn(List.of(), List.of(operations), List.of());
    }

    private static Operation.Put put(Bytes key) {
        return putWithLease(key, 0);
    }

    private static Operation.Put putWithLease(Bytes key, long lease) {
        return new Operation.Put(key, V, lease, false, false, false);
    }

    private static Operation.Put keepingValue(Bytes key) {
        return new Operation.Put(key, Bytes.EMPTY, 0, false, true, false);
    }

    private static Operation.Range range(Bytes key, long revision) {
        return new Operation.Range(RangeQuery.all(KeyRange.single(key), revision));
    }

    private static Comparison version(Bytes key, Comparison.Result result, long number) {
        return new Comparison(KeyRange.single(key), Comparison.Target.VERSION, result, number, Bytes.EMPTY);
    }
}
