/** Traces of calls, as OpenTelemetry has them: made after the fact, of times that the parts of the member note. */
@NullMarked
package dev.mainstay.node.observability.tracing;

import org.jspecify.annotations.NullMarked;
