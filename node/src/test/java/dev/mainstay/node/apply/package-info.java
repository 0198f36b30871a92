/** Tests of this package. */
@NullMarked
package dev.mainstay.node.apply;

import org.jspecify.annotations.NullMarked;
