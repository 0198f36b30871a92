package dev.mainstay.node.watch;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Event;

/**
 * Turns an event into its wire form, the protobuf bytes of one {@code mvccpb.Event} without tag and length.
 *
 * <p>Called on the hub thread only, once per event and form; the result is shared by every watcher that gets the event.
 */
@FunctionalInterface
public interface EventEncoder {

    /**
     * Encodes one event.
     *
     * @param withPrevious whether {@code prev_kv} is included where the event has one
     */
    Bytes encode(Event event, boolean withPrevious);
}
