/** Messages as bytes: how requests are parsed and hot responses are written without protobuf objects in between. */
@NullMarked
package dev.mainstay.node.api.wire;

import org.jspecify.annotations.NullMarked;
