package dev.mainstay.node.command;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.KeyRange;
import java.util.List;

/** One step of a transaction. Put, DeleteRange and Txn are commands of their own too. */
public sealed interface Operation {

    /** A read inside a transaction. */
    record Range(RangeQuery query) implements Operation {}

    /** Writes one key. */
    record Put(Bytes key, Bytes value, long lease, boolean prevKv, boolean ignoreValue, boolean ignoreLease)
            implements Operation, Command {}

    /** Deletes every key of a range. */
    record DeleteRange(KeyRange range, boolean prevKv) implements Operation, Command {}

    /** Conditions and the two branches they choose between; nests. */
    record Txn(List<Comparison> comparisons, List<Operation> success, List<Operation> failure)
            implements Operation, Command {}
}
