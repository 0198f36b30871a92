/**
 * Plays one generated sequence of requests on two servers and compares every answer.
 *
 * <p>{@code StepGenerator} (seed → steps) → two {@code Player}s (steps → answers in canonical text, each on its own thread
 * against its own server) → {@code DifferentialRun} (first answer that differs) → {@code Shrinker} (fewest steps that
 * still differ). Revisions in steps are symbolic ({@code SymbolicRevisions}), so any sub-sequence still makes sense.
 */
@NullMarked
package dev.mainstay.e2e.differential;

import org.jspecify.annotations.NullMarked;
