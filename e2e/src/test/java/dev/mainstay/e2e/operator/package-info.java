/** The operator on a real Kubernetes: manifests as users apply them, and a client beside the members that judges. */
@NullMarked
package dev.mainstay.e2e.operator;

import org.jspecify.annotations.NullMarked;
