/** Decides by which calls users and roles become what is wanted. Pure: no clock, no I/O, no memory, no passwords. */
@NullMarked
package dev.mainstay.operator.access.plan;

import org.jspecify.annotations.NullMarked;
