package dev.mainstay.operator.cluster.trust;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a decision about certificates looks at.
 *
 * @param now the moment
 * @param policy how long things last
 * @param problem why the authority's secret can't be used; null if it can, or isn't there
 * @param authority what it says; null if it isn't there
 * @param holders the members and clients that have, or need, a certificate
 * @param published whether the authorities are published for clients as they are now
 * @param running the members that have pods
 * @param window why a replacement of the authority that could begin should wait; null if it needn't
 */
public record TrustView(
        Instant now,
        TrustPolicy policy,
        @Nullable String problem,
        @Nullable AuthorityView authority,
        List<Holder> holders,
        boolean published,
        List<Running> running,
        @Nullable String window) {

    public TrustView {
        holders = List.copyOf(holders);
        running = List.copyOf(running);
    }

    /** When nothing has to wait. */
    public TrustView(
            Instant now,
            TrustPolicy policy,
            @Nullable String problem,
            @Nullable AuthorityView authority,
            List<Holder> holders,
            boolean published,
            List<Running> running) {
        this(now, policy, problem, authority, holders, published, running, null);
    }
}
