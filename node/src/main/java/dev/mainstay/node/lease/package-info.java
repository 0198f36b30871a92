/** Which leases exist, their TTL, their replicated deadline and their keys; no clock. */
@NullMarked
package dev.mainstay.node.lease;

import org.jspecify.annotations.NullMarked;
