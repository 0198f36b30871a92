/**
 * The log in an object store, in segments, so that a restore can come to any moment: what a segment is, who ships them and when. Knows no
 * backups.
 */
@NullMarked
package dev.mainstay.node.archive;

import org.jspecify.annotations.NullMarked;
