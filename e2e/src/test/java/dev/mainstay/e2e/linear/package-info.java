/** That the checkers tell histories that can be from those that can't. */
@NullMarked
package dev.mainstay.e2e.linear;

import org.jspecify.annotations.NullMarked;
