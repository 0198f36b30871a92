package dev.mainstay.node.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Comparison;
import dev.mainstay.node.command.Operation;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.command.RangeQuery;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.common.KeyValue;
import dev.mainstay.node.common.RevisionEvents;
import dev.mainstay.node.testing.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Random transactions, nested ones too, against the model. They hold what the static checks would let through and more:
 * what those refuse must still have one meaning, the same on every member.
 */
class TxnPropertyTest {

    private static final List<Bytes> KEYS =
            List.of(Bytes.utf8("a"), Bytes.utf8("b"), Bytes.utf8("ba"), Bytes.utf8("c"));
    private static final List<Bytes> VALUES = List.of(Bytes.EMPTY, Bytes.utf8("1"), Bytes.utf8("2"));

    private final Replica replica = Replica.empty();
    private final TxnModel model = new TxnModel();

    @Seeds(500)
    void transactionsDoWhatTheContractSays(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 30; i++) {
            if (random.nextInt(10) == 0) {
                compact(random.nextLong(model.revision + 2));
            } else if (random.nextInt(8) == 0) {
                grant(1 + random.nextInt(3));
            } else {
                compare(txn(random, 2));
            }
        }
    }

    /** What needs no log entry answers as if it had gone through the log. */
    @Seeds(200)
    void readOnlyTransactionsAnswerAlike(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 6; i++) {
            compare(txn(random, 1));
        }
        compact(random.nextLong(model.revision + 1));
        for (int i = 0; i < 10; i++) {
            List<Comparison> comparisons = comparisons(random);
            Operation.Txn txn = new Operation.Txn(comparisons, ranges(random), ranges(random));

            assertThat(ReadTxn.isReadOnly(txn)).isTrue();
            assertThat(ReadTxn.evaluate(replica.kv, txn)).as("%s", txn).isEqualTo(model.txn(txn));
        }
    }

    private void compare(Operation.Txn txn) {
        replica.events.clear();

        Outcome outcome = replica.applyOne(txn);

        assertThat(outcome).as("%s", txn).isEqualTo(model.txn(txn));
        assertThat(replica.kv.revision()).isEqualTo(model.revision);
        assertThat(replica.events)
                .isEqualTo(
                        model.events.isEmpty() ? List.of() : List.of(new RevisionEvents(model.revision, model.events)));
        leasesHoldWhatIsAttached();
    }

    private void leasesHoldWhatIsAttached() {
        List<KeyValue> all = new ArrayList<>();
        replica.kv.scan(KeyRange.all(), all::add);
        for (long lease : model.leases) {
            assertThat(replica.leases.keys(lease))
                    .isEqualTo(all.stream()
                            .filter(kv -> kv.lease() == lease)
                            .map(KeyValue::key)
                            .toList());
        }
    }

    private void compact(long to) {
        ErrorCode refusal = model.compact(to);
        Outcome outcome = replica.applyOne(new Command.Compact(to));
        assertThat(outcome)
                .isEqualTo(refusal == null ? new Outcome.Done(model.revision) : new Outcome.Refused(refusal));
    }

    private void grant(long id) {
        Outcome outcome = replica.applyOne(new Command.GrantLease(id, 10));
        assertThat(outcome instanceof Outcome.Granted).isEqualTo(model.leases.add(id));
    }

    private Operation.Txn txn(Random random, int depth) {
        return new Operation.Txn(comparisons(random), operations(random, depth), operations(random, depth));
    }

    private List<Comparison> comparisons(Random random) {
        List<Comparison> comparisons = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            comparisons.add(new Comparison(
                    random.nextBoolean() ? KeyRange.single(one(random, KEYS)) : range(random),
                    one(random, List.of(Comparison.Target.values())),
                    one(random, List.of(Comparison.Result.values())),
                    random.nextInt(3) == 0 ? model.revision - random.nextInt(3) : random.nextInt(3),
                    one(random, VALUES)));
        }
        return comparisons;
    }

    private List<Operation> operations(Random random, int depth) {
        List<Operation> operations = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            operations.add(
                    switch (random.nextInt(8)) {
                        case 0, 1, 2 -> put(random);
                        case 3 -> new Operation.DeleteRange(KeyRange.single(one(random, KEYS)), random.nextBoolean());
                        case 4 -> new Operation.DeleteRange(range(random), random.nextBoolean());
                        case 5 -> depth > 0 ? txn(random, depth - 1) : put(random);
                        default -> read(random);
                    });
        }
        return operations;
    }

    private List<Operation> ranges(Random random) {
        List<Operation> operations = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            operations.add(read(random));
        }
        return operations;
    }

    private static Operation.Put put(Random random) {
        boolean ignoreValue = random.nextInt(8) == 0;
        boolean ignoreLease = random.nextInt(8) == 0;
        return new Operation.Put(
                one(random, KEYS),
                ignoreValue ? Bytes.EMPTY : one(random, VALUES),
                ignoreLease || random.nextInt(4) != 0 ? 0 : 1 + random.nextInt(3),
                random.nextBoolean(),
                ignoreValue,
                ignoreLease);
    }

    /** Mostly of the newest revision; else an old, a negative or a future one. */
    private Operation.Range read(Random random) {
        long revision = random.nextInt(4) != 0 ? 0 : model.revision - random.nextInt(-1, 5);
        if (random.nextInt(30) == 0) {
            revision = -1;
        }
        return new Operation.Range(new RangeQuery(
                random.nextBoolean() ? KeyRange.single(one(random, KEYS)) : range(random),
                random.nextInt(3),
                revision,
                RangeQuery.SortOrder.NONE,
                RangeQuery.SortTarget.KEY,
                false,
                false,
                0,
                0,
                0,
                0));
    }

    private static KeyRange range(Random random) {
        return new KeyRange(one(random, KEYS), random.nextInt(3) == 0 ? null : one(random, KEYS));
    }

    private static <T> T one(Random random, List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
