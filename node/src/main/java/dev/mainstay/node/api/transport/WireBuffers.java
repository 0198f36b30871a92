package dev.mainstay.node.api.transport;

import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;

/** The one place that makes a Vert.x buffer of an array without copying it. */
final class WireBuffers {

    private WireBuffers() {}

    @SuppressWarnings("deprecation") // leaves the public API in Vert.x 5, together with this class
    static Buffer wrap(byte[] array, int start, int length) {
        return Buffer.buffer(Unpooled.wrappedBuffer(array, start, length));
    }
}
