/**
 * Decides what to do next about a cluster. {@link dev.mainstay.operator.cluster.engine.Observation} in,
 * {@link dev.mainstay.operator.cluster.engine.Decision} out; no clock, no I/O, no memory, no Kubernetes client.
 */
@NullMarked
package dev.mainstay.operator.cluster.engine;

import org.jspecify.annotations.NullMarked;
