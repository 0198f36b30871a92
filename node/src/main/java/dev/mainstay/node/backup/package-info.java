/** Backups in Mainstay's own format: how they lie in an object store, how they are made, proven, pruned and fetched. */
@NullMarked
package dev.mainstay.node.backup;

import org.jspecify.annotations.NullMarked;
