/** Calls of members: the port, and its gRPC client. */
@NullMarked
package dev.mainstay.operator.member;

import org.jspecify.annotations.NullMarked;
