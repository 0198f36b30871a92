/** Times and durations as people write them. */
@NullMarked
package dev.mainstay.operator.schedule;

import org.jspecify.annotations.NullMarked;
