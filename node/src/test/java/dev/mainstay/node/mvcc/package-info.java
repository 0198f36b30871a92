/** Tests of the revisions. */
@NullMarked
package dev.mainstay.node.mvcc;

import org.jspecify.annotations.NullMarked;
