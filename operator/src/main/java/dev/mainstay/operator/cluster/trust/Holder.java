package dev.mainstay.operator.cluster.trust;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A secret with a certificate and the authorities to trust.
 *
 * @param name whose it is: a member, or a client
 * @param leaf the certificate; null if there is none that can be read
 * @param bundle hash of the authorities in it
 * @param fits whether the certificate's names are as wanted
 */
public record Holder(String name, @Nullable Leaf leaf, String bundle, boolean fits) {

    /**
     * A certificate.
     *
     * @param serial its number, hex
     * @param ca who signed it; empty for an authority that isn't known
     * @param end when it ends
     */
    public record Leaf(String serial, String ca, Instant end) {}
}
