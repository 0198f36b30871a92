/** Apache Ratis: proposals, the read barrier, the log, snapshots. Knows nothing of what commands mean. */
@NullMarked
package dev.mainstay.node.consensus;

import org.jspecify.annotations.NullMarked;
