/** Tests of this package. */
@NullMarked
package dev.mainstay.node.command;

import org.jspecify.annotations.NullMarked;
