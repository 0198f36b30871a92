package dev.mainstay.node.consensus;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Comparison;
import dev.mainstay.node.command.Operation;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.common.Member;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** About how much a command takes in the log and in memory: exact in its payload, generous in its framing. */
final class CommandSize {

    private static final int FRAME_BYTES = 48;
    private static final long LONGEST_COUNT = 5;

    private CommandSize() {}

    static long of(Command command) {
        return switch (command) {
            case Operation.Put put -> ofOperation(put);
            case Operation.DeleteRange delete -> ofOperation(delete);
            case Operation.Txn txn -> ofOperation(txn);
            case Command.FoundCluster found ->
                FRAME_BYTES
                        + found.members().stream()
                                .mapToLong(CommandSize::ofMember)
                                .sum();
            case Command.AddMember add -> FRAME_BYTES + ofTexts(add.peerUrls());
            case Command.UpdateMember update -> FRAME_BYTES + ofTexts(update.peerUrls());
            case Command.PublishMember publish -> FRAME_BYTES + ofText(publish.name()) + ofTexts(publish.clientUrls());
            case Command.Other other -> FRAME_BYTES;
        };
    }

    private static long ofMember(Member member) {
        return FRAME_BYTES + ofText(member.name()) + ofTexts(member.peerUrls()) + ofTexts(member.clientUrls());
    }

    private static long ofTexts(List<String> texts) {
        return texts.stream().mapToLong(CommandSize::ofText).sum();
    }

    private static long ofText(String text) {
        return LONGEST_COUNT + text.getBytes(StandardCharsets.UTF_8).length;
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
