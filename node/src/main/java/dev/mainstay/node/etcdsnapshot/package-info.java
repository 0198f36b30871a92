/** Snapshots in etcd's own format: made of a store, read, and made into a store. */
@NullMarked
package dev.mainstay.node.etcdsnapshot;

import org.jspecify.annotations.NullMarked;
