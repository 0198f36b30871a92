/** Status and conditions, made of what was seen and decided. */
@NullMarked
package dev.mainstay.operator.cluster.report;

import org.jspecify.annotations.NullMarked;
