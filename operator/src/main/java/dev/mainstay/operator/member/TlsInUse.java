package dev.mainstay.operator.member;

import java.util.Set;

/**
 * The certificates and authorities that a member's process uses now.
 *
 * @param serials numbers of the certificates that it shows to peers and clients, hex
 * @param bundles SHA-256 of the files with authorities that it trusts, hex
 */
public record TlsInUse(Set<String> serials, Set<String> bundles) {

    /** Nothing is known. */
    public static final TlsInUse UNKNOWN = new TlsInUse(Set.of(), Set.of());

    public TlsInUse {
        serials = Set.copyOf(serials);
        bundles = Set.copyOf(bundles);
    }
}
