/** What objects should look like. Pure functions of the spec. */
@NullMarked
package dev.mainstay.operator.cluster.desired;

import org.jspecify.annotations.NullMarked;
