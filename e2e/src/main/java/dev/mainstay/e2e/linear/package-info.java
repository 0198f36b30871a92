/**
 * Whether what clients saw is what one store, changing one revision at a time, could have shown them: histories of calls, a
 * checker of linearizability for a model with revisions, and one for watches.
 */
@NullMarked
package dev.mainstay.e2e.linear;

import org.jspecify.annotations.NullMarked;
