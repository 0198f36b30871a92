/** Conditions and events, as objects of all kinds have them. */
@NullMarked
package dev.mainstay.operator.report;

import org.jspecify.annotations.NullMarked;
