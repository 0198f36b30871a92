/** Clusters under load while everything goes wrong around them, and the proof that nobody saw anything of it. */
@NullMarked
package dev.mainstay.e2e.chaos;

import org.jspecify.annotations.NullMarked;
