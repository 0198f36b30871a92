/** Tests of the engine. */
@NullMarked
package dev.mainstay.node.storage.rocksdb;

import org.jspecify.annotations.NullMarked;
