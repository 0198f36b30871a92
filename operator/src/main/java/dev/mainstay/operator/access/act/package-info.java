/** Carries out what was decided about users and roles, and knows passwords. */
@NullMarked
package dev.mainstay.operator.access.act;

import org.jspecify.annotations.NullMarked;
