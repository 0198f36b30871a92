/** Applies log entries to the replicated state: one handler per command, gates around them, one write per entry. */
@NullMarked
package dev.mainstay.node.apply;

import org.jspecify.annotations.NullMarked;
