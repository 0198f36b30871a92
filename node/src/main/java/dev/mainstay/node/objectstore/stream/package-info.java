/**
 * What the kinds of cloud stores have in common: uploads in parts, reads that go on after a break, waiting between attempts, and
 * certificate authorities from files.
 */
@NullMarked
package dev.mainstay.node.objectstore.stream;

import org.jspecify.annotations.NullMarked;
