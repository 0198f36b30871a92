package dev.mainstay.operator.cluster.certificates;

import dev.mainstay.operator.cluster.trust.TrustStep;
import dev.mainstay.operator.pki.Credential;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Certificates that somebody else made.
 *
 * @param authorities certificates of the authorities to trust, PEM each
 * @param leaves certificates by the holder's name; of those that can be used
 * @param problem what a person has to do; null if all is well
 */
public record Given(List<String> authorities, Map<String, Leaves> leaves, TrustStep.@Nullable Blocked problem) {

    public Given {
        authorities = List.copyOf(authorities);
        leaves = new TreeMap<>(leaves);
    }

    /**
     * Certificates of one holder.
     *
     * @param serving what it shows to clients, or as a client
     * @param peer what it shows to peers
     */
    public record Leaves(Credential serving, Credential peer) {}

    /** Nothing can be used. */
    static Given nothing(TrustStep.Blocked problem) {
        return new Given(List.of(), Map.of(), problem);
    }
}
