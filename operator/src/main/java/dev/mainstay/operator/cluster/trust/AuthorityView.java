package dev.mainstay.operator.cluster.trust;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the secret of the authority says, which alone tells how far a replacement is: {@code next} until everybody trusts it, then
 * {@code previous} until nobody needs it any more, then neither.
 *
 * @param issuing the authority that signs
 * @param next the one that will; null for none
 * @param previous the one that did, and is still trusted; null for none
 * @param knownSince since when all members use what the present phase brings; null if not all do, or there is no such phase
 * @param bundle tells the authorities to trust from others: their hash
 */
public record AuthorityView(
        Ca issuing,
        @Nullable Ca next,
        @Nullable Ca previous,
        @Nullable Instant knownSince,
        String bundle) {

    /** Whether the authority is being replaced. */
    public boolean rotating() {
        return next != null || previous != null;
    }
}
