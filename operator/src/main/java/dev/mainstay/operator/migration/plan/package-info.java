/** Decides what is next while a cluster takes over another's data. Pure. */
@NullMarked
package dev.mainstay.operator.migration.plan;

import org.jspecify.annotations.NullMarked;
