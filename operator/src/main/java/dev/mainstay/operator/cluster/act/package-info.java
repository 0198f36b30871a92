/** Carries out one action. */
@NullMarked
package dev.mainstay.operator.cluster.act;

import org.jspecify.annotations.NullMarked;
