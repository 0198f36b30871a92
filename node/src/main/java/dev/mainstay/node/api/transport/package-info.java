/** gRPC over the HTTP/2 streams of a Vert.x server: framing, metadata, deadlines and flow control. */
@NullMarked
package dev.mainstay.node.api.transport;

import org.jspecify.annotations.NullMarked;
