/** An ordered, atomic key-value engine, without any notion of etcd. */
@NullMarked
package dev.mainstay.node.storage;

import org.jspecify.annotations.NullMarked;
