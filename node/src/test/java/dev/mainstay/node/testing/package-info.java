/** What tests of every package share. */
@NullMarked
package dev.mainstay.node.testing;

import org.jspecify.annotations.NullMarked;
