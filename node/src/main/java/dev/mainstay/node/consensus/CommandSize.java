package dev.mainstay.node.consensus;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Comparison;
import dev.mainstay.node.command.Operation;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.KeyRange;

/** About how much a command takes in the log and in memory: exact in its payload, generous in its framing. */
final class CommandSize {

    private static final int FRAME_BYTES = 48;

    private CommandSize() {}

    static long of(Command command) {
        return switch (command) {
            case Operation.Put put -> ofOperation(put);
            case Operation.DeleteRange delete -> ofOperation(delete);
            case Operation.Txn txn -> ofOperation(txn);
            case Command.Other other -> FRAME_BYTES;
        };
    }

    private static long ofOperation(Operation operation) {
        return switch (operation) {
            case Operation.Put put ->
                FRAME_BYTES + (long) put.key().length() + put.value().length();
            case Operation.DeleteRange delete -> FRAME_BYTES + ofRange(delete.range());
            case Operation.Range range ->
                2 * FRAME_BYTES + ofRange(range.query().range());
            case Operation.Txn txn -> ofTxn(txn);
        };
    }

    private static long ofTxn(Operation.Txn txn) {
        long bytes = FRAME_BYTES;
        for (Comparison comparison : txn.comparisons()) {
            bytes += FRAME_BYTES
                    + ofRange(comparison.range())
                    + comparison.value().length();
        }
        for (Operation operation : txn.success()) {
            bytes += ofOperation(operation);
        }
        for (Operation operation : txn.failure()) {
            bytes += ofOperation(operation);
        }
        return bytes;
    }

    private static long ofRange(KeyRange range) {
        Bytes to = range.to();
        return range.from().length() + (to == null ? 0L : to.length());
    }
}
