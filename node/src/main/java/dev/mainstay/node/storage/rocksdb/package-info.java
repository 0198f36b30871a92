/** The storage engine over RocksDB; nobody else knows RocksDB. */
@NullMarked
package dev.mainstay.node.storage.rocksdb;

import org.jspecify.annotations.NullMarked;
