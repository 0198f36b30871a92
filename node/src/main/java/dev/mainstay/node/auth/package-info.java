/** Users, roles and permissions as replicated facts, and what they allow. */
@NullMarked
package dev.mainstay.node.auth;

import org.jspecify.annotations.NullMarked;
