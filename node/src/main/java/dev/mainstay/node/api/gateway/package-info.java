/** The gRPC services as JSON over HTTP and WebSockets: the same methods, called from within the process. */
@NullMarked
package dev.mainstay.node.api.gateway;

import org.jspecify.annotations.NullMarked;
