/** Words every other package is written in. Depends on nothing. */
@NullMarked
package dev.mainstay.node.common;

import org.jspecify.annotations.NullMarked;
