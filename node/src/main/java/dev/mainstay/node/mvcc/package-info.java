/** Revisions: the newest state and the history of every key, reads at a revision, compaction, hash. */
@NullMarked
package dev.mainstay.node.mvcc;

import org.jspecify.annotations.NullMarked;
