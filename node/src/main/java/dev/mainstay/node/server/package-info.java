/** The process: settings, start and stop order, listeners, HTTP endpoints. */
@NullMarked
package dev.mainstay.node.server;

import org.jspecify.annotations.NullMarked;
