/** Tests of this package. */
@NullMarked
package dev.mainstay.node.leader;

import org.jspecify.annotations.NullMarked;
