/** Watchers: matching, live delivery, catching up from history, progress. */
@NullMarked
package dev.mainstay.node.watch;

import org.jspecify.annotations.NullMarked;
