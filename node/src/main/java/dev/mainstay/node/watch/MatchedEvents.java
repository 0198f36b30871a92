package dev.mainstay.node.watch;

import dev.mainstay.node.common.Bytes;
import java.util.List;

/**
 * Encoded events of one range in one form, shared by all watchers that want just these.
 *
 * @param bytes the size of the encoded events in a message, tags and lengths included
 */
record MatchedEvents(long firstRevision, long lastRevision, List<Bytes> events, long bytes) {}
