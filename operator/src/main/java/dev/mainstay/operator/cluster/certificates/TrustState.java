package dev.mainstay.operator.cluster.certificates;

import dev.mainstay.operator.cluster.trust.TrustStep;
import dev.mainstay.operator.cluster.trust.TrustView;
import org.jspecify.annotations.Nullable;

/**
 * How the certificates of a cluster are after a pass.
 *
 * @param view what was found in the end
 * @param authority the authority; null if there is none that can be used
 * @param step what comes next
 */
public record TrustState(TrustView view, @Nullable AuthorityState authority, TrustStep step) {}
