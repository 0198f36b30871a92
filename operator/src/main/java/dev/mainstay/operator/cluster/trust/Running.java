package dev.mainstay.operator.cluster.trust;

import java.util.Set;

/**
 * What a member that has a pod says it uses.
 *
 * @param member its name
 * @param serials numbers of its certificates, hex; empty if it says nothing
 * @param bundles hashes of the authorities that it trusts; empty if it says nothing
 */
public record Running(String member, Set<String> serials, Set<String> bundles) {

    public Running {
        serials = Set.copyOf(serials);
        bundles = Set.copyOf(bundles);
    }

    /** Whether it trusts exactly these authorities, for peers and clients alike. */
    public boolean trusts(String bundle) {
        return bundles.equals(Set.of(bundle));
    }

    /** Whether it shows exactly this certificate, to peers and clients alike. */
    public boolean shows(String serial) {
        return serials.equals(Set.of(serial));
    }
}
