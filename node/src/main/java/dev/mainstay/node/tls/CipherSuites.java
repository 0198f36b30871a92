package dev.mainstay.node.tls;

import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLContext;

/** Cipher suites by the names that etcd's flag knows, which are Go's. */
final class CipherSuites {

    /** Always on where TLS 1.3 is: as in Go, they can't be chosen. */
    static final List<String> OF_TLS_13 =
            List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");

    /** Names of etcd's that aren't Java's. */
    private static final Map<String, String> ALIASES = Map.of(
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256");

    /** Those that etcd takes and Java, by its own rules, no longer offers. */
    private static final Set<String> OUTDATED = Set.of(
            "TLS_RSA_WITH_RC4_128_SHA",
            "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
            "TLS_RSA_WITH_AES_128_CBC_SHA",
            "TLS_RSA_WITH_AES_256_CBC_SHA",
            "TLS_RSA_WITH_AES_128_CBC_SHA256",
            "TLS_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA",
            "TLS_ECDHE_RSA_WITH_RC4_128_SHA",
            "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA");

    private CipherSuites() {}

    /**
     * What Java can do of what was asked for.
     *
     * @param usable in the order given
     * @param outdated known, but not offered by this Java
     */
    record Choice(List<String> usable, List<String> outdated) {}

    /** @throws IllegalArgumentException with etcd's reason if a name means nothing, or nothing remains */
    static Choice of(List<String> names) {
        Set<String> supported = supported();
        Set<String> usable = new LinkedHashSet<>();
        List<String> outdated = new ArrayList<>();
        for (String name : names) {
            String ours = ALIASES.getOrDefault(name, name);
            if (supported.contains(ours)) {
                usable.add(ours);
            } else if (OUTDATED.contains(name)) {
                outdated.add(name);
            } else {
                throw new IllegalArgumentException("unexpected TLS cipher suite \"" + name + "\"");
            }
        }
        if (usable.isEmpty() && !names.isEmpty()) {
            throw new IllegalArgumentException("none of the TLS cipher suites " + String.join(", ", names)
                    + " is offered by this Java, which takes them for insecure");
        }
        return new Choice(List.copyOf(usable), outdated);
    }

    private static Set<String> supported() {
        try {
            Set<String> names = new LinkedHashSet<>(Arrays.asList(
                    SSLContext.getDefault().getSupportedSSLParameters().getCipherSuites()));
            names.remove("TLS_EMPTY_RENEGOTIATION_INFO_SCSV");
            return names;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
