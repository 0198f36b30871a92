/**
 * What stands in objects: plain bytes, compressed and encrypted as they stream. The only door to zstd and Tink.
 */
@NullMarked
package dev.mainstay.node.objectstore.sealed;

import org.jspecify.annotations.NullMarked;
