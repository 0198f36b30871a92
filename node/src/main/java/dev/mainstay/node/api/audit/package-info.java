/** Who did what and when: the policy that says what is recorded, and the log that keeps it. */
@NullMarked
package dev.mainstay.node.api.audit;

import org.jspecify.annotations.NullMarked;
