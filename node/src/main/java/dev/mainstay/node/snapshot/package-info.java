/** The state for members that the log can't bring up to date: made and sent here, fetched and checked there. */
@NullMarked
package dev.mainstay.node.snapshot;

import org.jspecify.annotations.NullMarked;
