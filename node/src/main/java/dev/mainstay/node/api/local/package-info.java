/** Calls of our own services from within the process, without a connection: for recipes and for the JSON gateway. */
@NullMarked
package dev.mainstay.node.api.local;

import org.jspecify.annotations.NullMarked;
