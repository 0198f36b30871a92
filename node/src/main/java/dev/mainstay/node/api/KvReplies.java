package dev.mainstay.node.api;

import dev.mainstay.node.api.wire.EncodedMessage;
import dev.mainstay.node.api.wire.WireSizes;
import dev.mainstay.node.api.wire.WireWriter;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.KeyValue;
import java.util.List;

/**
 * Writes the outcomes of key-value requests as response messages. Hot path: one pass for the sizes of nested messages, one to
 * write, no objects in between.
 */
final class KvReplies {

    private static final int HEADER_BYTES = 48;

    private final ResponseHeaders headers;

    KvReplies(ResponseHeaders headers) {
        this.headers = headers;
    }

    EncodedMessage put(Outcome.PutDone done) {
        WireWriter out = new WireWriter(HEADER_BYTES + putBody(done));
        headers.write(out, done.revision());
        writePutBody(out, done);
        return out.finish();
    }

    EncodedMessage deleted(Outcome.Deleted done) {
        WireWriter out = new WireWriter(HEADER_BYTES + deletedBody(done));
        headers.write(out, done.revision());
        writeDeletedBody(out, done);
        return out.finish();
    }

    EncodedMessage txn(Outcome.TxnDone done) {
        WireWriter out = new WireWriter(HEADER_BYTES + txnBody(done));
        headers.write(out, done.revision());
        writeTxnBody(out, done);
        return out.finish();
    }

    /** A response that holds nothing but its header. */
    EncodedMessage header(long revision) {
        WireWriter out = new WireWriter(HEADER_BYTES);
        headers.write(out, revision);
        return out.finish();
    }

    private static int putBody(Outcome.PutDone done) {
        return done.previous() == null ? 0 : pair(2, done.previous());
    }

    private static void writePutBody(WireWriter out, Outcome.PutDone done) {
        if (done.previous() != null) {
            out.keyValue(2, done.previous(), true);
        }
    }

    private static int deletedBody(Outcome.Deleted done) {
        return WireSizes.number(2, done.count()) + pairs(3, done.previous());
    }

    private static void writeDeletedBody(WireWriter out, Outcome.Deleted done) {
        out.number(2, done.count());
        for (KeyValue kv : done.previous()) {
            out.keyValue(3, kv, true);
        }
    }

    private static int rangedBody(Outcome.Ranged done) {
        return pairs(2, done.kvs()) + WireSizes.flag(3, done.more()) + WireSizes.number(4, done.count());
    }

    private static void writeRangedBody(WireWriter out, Outcome.Ranged done) {
        for (KeyValue kv : done.kvs()) {
            out.keyValue(2, kv, true);
        }
        out.flag(3, done.more());
        out.number(4, done.count());
    }

    private static int txnBody(Outcome.TxnDone done) {
        int size = WireSizes.flag(2, done.succeeded());
        for (Outcome result : done.results()) {
            size += WireSizes.message(3, WireSizes.message(arm(result), response(result)));
        }
        return size;
    }

    private static void writeTxnBody(WireWriter out, Outcome.TxnDone done) {
        out.flag(2, done.succeeded());
        for (Outcome result : done.results()) {
            int size = response(result);
            int arm = arm(result);
            out.open(3, WireSizes.message(arm, size));
            out.open(arm, size);
            writeResponse(out, result);
        }
    }

    /** The field of ResponseOp that a result goes into. */
    private static int arm(Outcome result) {
        return switch (result) {
            case Outcome.Ranged _ -> 1;
            case Outcome.PutDone _ -> 2;
            case Outcome.Deleted _ -> 3;
            case Outcome.TxnDone _ -> 4;
            default -> throw new IllegalStateException("no step of a transaction: " + result);
        };
    }

    private static int response(Outcome result) {
        int body = switch (result) {
            case Outcome.Ranged done -> rangedBody(done);
            case Outcome.PutDone done -> putBody(done);
            case Outcome.Deleted done -> deletedBody(done);
            case Outcome.TxnDone done -> txnBody(done);
            default -> throw new IllegalStateException("no step of a transaction: " + result);
        };
        return WireSizes.message(ResponseHeaders.FIELD, WireSizes.number(3, revision(result))) + body;
    }

    private static void writeResponse(WireWriter out, Outcome result) {
        long revision = revision(result);
        out.open(ResponseHeaders.FIELD, WireSizes.number(3, revision));
        out.number(3, revision);
        switch (result) {
            case Outcome.Ranged done -> writeRangedBody(out, done);
            case Outcome.PutDone done -> writePutBody(out, done);
            case Outcome.Deleted done -> writeDeletedBody(out, done);
            case Outcome.TxnDone done -> writeTxnBody(out, done);
            default -> throw new IllegalStateException("no step of a transaction: " + result);
        }
    }

    /** The revision in the header of a step: a nested transaction's header is empty. */
    private static long revision(Outcome result) {
        return switch (result) {
            case Outcome.Ranged done -> done.revision();
            case Outcome.PutDone done -> done.revision();
            case Outcome.Deleted done -> done.revision();
            case Outcome.TxnDone _ -> 0;
            default -> throw new IllegalStateException("no step of a transaction: " + result);
        };
    }

    private static int pairs(int field, List<KeyValue> kvs) {
        int size = 0;
        for (KeyValue kv : kvs) {
            size += pair(field, kv);
        }
        return size;
    }

    private static int pair(int field, KeyValue kv) {
        return WireSizes.message(field, WireSizes.keyValue(kv, true));
    }
}
