/** Looks at a cluster: Kubernetes' objects and members' answers become one observation. */
@NullMarked
package dev.mainstay.operator.cluster.observe;

import org.jspecify.annotations.NullMarked;
