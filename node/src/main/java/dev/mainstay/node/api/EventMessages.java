package dev.mainstay.node.api;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.mainstay.node.api.wire.WireSizes;
import dev.mainstay.node.api.wire.WireWriter;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Event;
import dev.mainstay.node.common.KeyValue;
import dev.mainstay.node.watch.EventEncoder;

/** Writes events as {@code mvccpb.Event}. Any thread. */
public final class EventMessages implements EventEncoder {

    private static final int DELETE = 1;

    /** The revision of an event that was encoded here. */
    static long revision(Bytes event) {
        try {
            return dev.mainstay.etcd.proto.Event.parseFrom(event.array())
                    .getKv()
                    .getModRevision();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("an event of our own that can't be parsed", e);
        }
    }

    @Override
    public Bytes encode(Event event, boolean withPrevious) {
        KeyValue previous = withPrevious ? event.previous() : null;
        int type = event.type() == Event.Type.DELETE ? DELETE : 0;
        WireWriter out = new WireWriter(WireSizes.number(1, type)
                + WireSizes.message(2, WireSizes.keyValue(event.kv(), true))
                + (previous == null ? 0 : WireSizes.message(3, WireSizes.keyValue(previous, true)))
                + 32);
        out.number(1, type);
        out.keyValue(2, event.kv(), true);
        if (previous != null) {
            out.keyValue(3, previous, true);
        }
        return out.toBytes();
    }
}
