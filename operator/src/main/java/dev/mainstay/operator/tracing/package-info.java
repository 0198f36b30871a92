/** Traces of what the operator does; the one door to OpenTelemetry. */
@NullMarked
package dev.mainstay.operator.tracing;

import org.jspecify.annotations.NullMarked;
