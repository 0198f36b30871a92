package dev.mainstay.node.tls;

import java.util.ArrayList;
import java.util.List;

/**
 * Versions and cipher suites, by Java's names.
 *
 * @param versions at least one
 * @param cipherSuites empty for the usual ones
 * @param outdatedSuites asked for, but not offered by this Java
 */
public record TlsProtocol(List<String> versions, List<String> cipherSuites, List<String> outdatedSuites) {

    private static final List<String> FLAGS = List.of("TLS1.2", "TLS1.3");
    private static final List<String> NAMES = List.of("TLSv1.2", "TLSv1.3");

    /** TLS 1.2 and 1.3 with the usual suites. */
    public static final TlsProtocol USUAL = new TlsProtocol(NAMES, List.of(), List.of());

    public TlsProtocol {
        versions = List.copyOf(versions);
        cipherSuites = List.copyOf(cipherSuites);
        outdatedSuites = List.copyOf(outdatedSuites);
    }

    /**
     * What etcd's flags mean.
     *
     * @param min {@code TLS1.2}, {@code TLS1.3}, or empty for the oldest
     * @param max the same, or empty for the newest
     * @param suites names as Go has them; empty for the usual ones
     * @throws IllegalArgumentException with etcd's reason if they mean nothing
     */
    public static TlsProtocol of(String min, String max, List<String> suites) {
        int from = version(min, 0);
        int to = version(max, NAMES.size() - 1);
        if (from > to) {
            throw new IllegalArgumentException("min version (" + min + ") is greater than max version (" + max + ")");
        }
        if (from == NAMES.size() - 1 && !suites.isEmpty()) {
            throw new IllegalArgumentException("cipher suites cannot be configured when only TLS1.3 is enabled");
        }
        CipherSuites.Choice choice = CipherSuites.of(suites);
        List<String> all = new ArrayList<>(choice.usable());
        if (!all.isEmpty()) {
            all.removeAll(CipherSuites.OF_TLS_13);
            if (to == NAMES.size() - 1) {
                all.addAll(CipherSuites.OF_TLS_13);
            } else if (all.isEmpty()) {
                throw new IllegalArgumentException("cipher suites of TLS1.3 alone can't be used with TLS1.2");
            }
        }
        return new TlsProtocol(NAMES.subList(from, to + 1), all, choice.outdated());
    }

    private static int version(String flag, int otherwise) {
        if (flag.isEmpty()) {
            return otherwise;
        }
        int at = FLAGS.indexOf(flag);
        if (at < 0) {
            throw new IllegalArgumentException(
                    "unexpected TLS version \"" + flag + "\" (must be one of: TLS1.2, TLS1.3)");
        }
        return at;
    }
}
