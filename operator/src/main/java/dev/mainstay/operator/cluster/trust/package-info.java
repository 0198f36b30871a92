/**
 * Decides how the certificates of a cluster are made, renewed and replaced, authority included.
 * {@link dev.mainstay.operator.cluster.trust.TrustView} in, {@link dev.mainstay.operator.cluster.trust.TrustStep} out; no clock, no I/O, no
 * memory, no Kubernetes client, no cryptography.
 */
@NullMarked
package dev.mainstay.operator.cluster.trust;

import org.jspecify.annotations.NullMarked;
