/**
 * The file format of bbolt, the database in which etcd keeps its state: writing such a file in one go from sorted entries, and
 * reading one that nobody vouches for. Knows nothing of what etcd puts in.
 */
@NullMarked
package dev.mainstay.node.bolt;

import org.jspecify.annotations.NullMarked;
