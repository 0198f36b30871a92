/** The listeners, and what they answer to plain HTTP. */
@NullMarked
package dev.mainstay.node.server.http;

import org.jspecify.annotations.NullMarked;
