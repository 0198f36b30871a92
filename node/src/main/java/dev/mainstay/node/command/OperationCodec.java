package dev.mainstay.node.command;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.KeyRange;
import java.util.ArrayList;
import java.util.List;

/** The bytes of operations, on their own or inside a transaction. */
final class OperationCodec {

    private static final int SINGLE_KEY = 0;
    private static final int BOUNDED = 1;
    private static final int OPEN_END = 2;

    private static final int PREV_KV = 1;
    private static final int IGNORE_VALUE = 2;
    private static final int IGNORE_LEASE = 4;
    private static final int PUT_FLAGS = PREV_KV | IGNORE_VALUE | IGNORE_LEASE;

    private static final int KEYS_ONLY = 1;
    private static final int COUNT_ONLY = 2;
    private static final int RANGE_FLAGS = KEYS_ONLY | COUNT_ONLY;

    private static final RangeQuery.SortOrder[] ORDERS = RangeQuery.SortOrder.values();
    private static final RangeQuery.SortTarget[] SORT_TARGETS = RangeQuery.SortTarget.values();
    private static final Comparison.Target[] COMPARED = Comparison.Target.values();
    private static final Comparison.Result[] RESULTS = Comparison.Result.values();

    private OperationCodec() {}

    static void write(CommandWriter writer, Operation operation, int depth) {
        switch (operation) {
            case Operation.Put put -> {
                writer.octet(CommandCodec.PUT);
                writePut(writer, put);
            }
            case Operation.DeleteRange delete -> {
                writer.octet(CommandCodec.DELETE_RANGE);
                writeRange(writer, delete.range());
                writer.flag(delete.prevKv());
            }
            case Operation.Txn txn -> {
                writer.octet(CommandCodec.TXN);
                writeTxn(writer, txn, depth);
            }
            case Operation.Range range -> {
                writer.octet(CommandCodec.RANGE);
                writeQuery(writer, range.query());
            }
        }
    }

    static Operation.Put readPut(CommandReader reader) {
        Bytes key = reader.bytes();
        Bytes value = reader.bytes();
        long lease = reader.number();
        int flags = readFlags(reader, PUT_FLAGS);
        return new Operation.Put(
                key, value, lease, (flags & PREV_KV) != 0, (flags & IGNORE_VALUE) != 0, (flags & IGNORE_LEASE) != 0);
    }

    static Operation.DeleteRange readDelete(CommandReader reader) {
        return new Operation.DeleteRange(readRange(reader), reader.flag());
    }

    static Operation.Txn readTxn(CommandReader reader, int depth) {
        if (depth >= CommandCodec.MAX_NESTING) {
            throw new MalformedCommandException("transactions nest too deep");
        }
        int count = reader.count();
        List<Comparison> comparisons = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            comparisons.add(readComparison(reader));
        }
        return new Operation.Txn(comparisons, readBranch(reader, depth), readBranch(reader, depth));
    }

    private static void writePut(CommandWriter writer, Operation.Put put) {
        writer.bytes(put.key());
        writer.bytes(put.value());
        writer.number(put.lease());
        writer.octet((put.prevKv() ? PREV_KV : 0)
                | (put.ignoreValue() ? IGNORE_VALUE : 0)
                | (put.ignoreLease() ? IGNORE_LEASE : 0));
    }

    private static void writeTxn(CommandWriter writer, Operation.Txn txn, int depth) {
        if (depth >= CommandCodec.MAX_NESTING) {
            throw new IllegalArgumentException("transactions nest too deep");
        }
        writer.number(txn.comparisons().size());
        for (Comparison comparison : txn.comparisons()) {
            writeRange(writer, comparison.range());
            writer.constant(comparison.target());
            writer.constant(comparison.result());
            writer.number(comparison.number());
            writer.bytes(comparison.value());
        }
        writeBranch(writer, txn.success(), depth);
        writeBranch(writer, txn.failure(), depth);
    }

    private static void writeBranch(CommandWriter writer, List<Operation> branch, int depth) {
        writer.number(branch.size());
        for (Operation operation : branch) {
            write(writer, operation, depth + 1);
        }
    }

    private static List<Operation> readBranch(CommandReader reader, int depth) {
        int count = reader.count();
        List<Operation> branch = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int tag = reader.octet();
            branch.add(
                    switch (tag) {
                        case CommandCodec.PUT -> readPut(reader);
                        case CommandCodec.DELETE_RANGE -> readDelete(reader);
                        case CommandCodec.TXN -> readTxn(reader, depth + 1);
                        case CommandCodec.RANGE -> new Operation.Range(readQuery(reader));
                        default -> throw new MalformedCommandException("unknown operation " + tag);
                    });
        }
        return branch;
    }

    private static Comparison readComparison(CommandReader reader) {
        return new Comparison(
                readRange(reader),
                reader.constant(COMPARED),
                reader.constant(RESULTS),
                reader.number(),
                reader.bytes());
    }

    private static void writeQuery(CommandWriter writer, RangeQuery query) {
        writeRange(writer, query.range());
        writer.number(query.limit());
        writer.number(query.revision());
        writer.constant(query.order());
        writer.constant(query.target());
        writer.octet((query.keysOnly() ? KEYS_ONLY : 0) | (query.countOnly() ? COUNT_ONLY : 0));
        writer.number(query.minModRevision());
        writer.number(query.maxModRevision());
        writer.number(query.minCreateRevision());
        writer.number(query.maxCreateRevision());
    }

    private static RangeQuery readQuery(CommandReader reader) {
        KeyRange range = readRange(reader);
        long limit = reader.number();
        long revision = reader.number();
        RangeQuery.SortOrder order = reader.constant(ORDERS);
        RangeQuery.SortTarget target = reader.constant(SORT_TARGETS);
        int flags = readFlags(reader, RANGE_FLAGS);
        return new RangeQuery(
                range,
                limit,
                revision,
                order,
                target,
                (flags & KEYS_ONLY) != 0,
                (flags & COUNT_ONLY) != 0,
                reader.number(),
                reader.number(),
                reader.number(),
                reader.number());
    }

    private static void writeRange(CommandWriter writer, KeyRange range) {
        Bytes to = range.to();
        int kind = to == null ? OPEN_END : range.isSingle() ? SINGLE_KEY : BOUNDED;
        writer.octet(kind);
        writer.bytes(range.from());
        if (to != null && kind == BOUNDED) {
            writer.bytes(to);
        }
    }

    private static KeyRange readRange(CommandReader reader) {
        int kind = reader.octet();
        return switch (kind) {
            case SINGLE_KEY -> KeyRange.single(reader.bytes());
            case BOUNDED -> readBounded(reader);
            case OPEN_END -> new KeyRange(reader.bytes(), null);
            default -> throw new MalformedCommandException("unknown kind of range " + kind);
        };
    }

    private static KeyRange readBounded(CommandReader reader) {
        KeyRange range = new KeyRange(reader.bytes(), reader.bytes());
        if (range.isSingle()) {
            throw new MalformedCommandException("range of one key not in its shortest form");
        }
        return range;
    }

    private static int readFlags(CommandReader reader, int known) {
        int flags = reader.octet();
        if ((flags & ~known) != 0) {
            throw new MalformedCommandException("unknown flags " + flags);
        }
        return flags;
    }
}
