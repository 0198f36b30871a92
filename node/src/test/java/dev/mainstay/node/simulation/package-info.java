/**
 * Whole clusters in one thread and in virtual time: the real parts around the log, a model of the log under them, and a
 * seed that decides what happens when.
 */
@NullMarked
package dev.mainstay.node.simulation;

import org.jspecify.annotations.NullMarked;
