/** Passwords and tokens: how callers prove who they are. What they may do then is decided in the core's {@code auth}. */
@NullMarked
package dev.mainstay.node.api.auth;

import org.jspecify.annotations.NullMarked;
