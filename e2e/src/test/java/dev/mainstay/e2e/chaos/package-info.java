/** A short run of what {@code make chaos} does for long. */
@NullMarked
package dev.mainstay.e2e.chaos;

import org.jspecify.annotations.NullMarked;
