/** What survives when a member is killed. */
@NullMarked
package dev.mainstay.e2e.crash;

import org.jspecify.annotations.NullMarked;
