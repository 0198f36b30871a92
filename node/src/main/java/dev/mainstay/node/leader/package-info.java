/** Duties the leader does by the clock; each effect is a proposal. */
@NullMarked
package dev.mainstay.node.leader;

import org.jspecify.annotations.NullMarked;
