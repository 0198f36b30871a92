/** Certificates as Kubernetes holds them: secrets become what decisions look at, and decisions become secrets. Pure but for new keys. */
@NullMarked
package dev.mainstay.operator.cluster.certificates;

import org.jspecify.annotations.NullMarked;
