/** Meters and the names under which Prometheus finds them. */
@NullMarked
package dev.mainstay.node.observability;

import org.jspecify.annotations.NullMarked;
