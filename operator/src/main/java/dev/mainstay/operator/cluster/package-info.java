/** Keeps clusters as wanted: observe, decide, write down, act. */
@NullMarked
package dev.mainstay.operator.cluster;

import org.jspecify.annotations.NullMarked;
