/** Tests of the storage port, and its twin in memory. */
@NullMarked
package dev.mainstay.node.storage;

import org.jspecify.annotations.NullMarked;
