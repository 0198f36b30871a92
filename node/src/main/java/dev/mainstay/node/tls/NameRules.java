package dev.mainstay.node.tls;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * What a certificate must say of its owner besides being genuine.
 *
 * @param commonNames one of these must be its common name; empty for any
 * @param hostNames one of these host names or IP addresses it must be valid for; empty for any
 */
public record NameRules(List<String> commonNames, List<String> hostNames) {

    /** Every name will do. */
    public static final NameRules NONE = new NameRules(List.of(), List.of());

    public NameRules {
        commonNames = List.copyOf(commonNames);
        hostNames = List.copyOf(hostNames);
    }

    /** Why this certificate's names won't do, if so. */
    Optional<String> refusal(X509Certificate certificate) {
        if (!commonNames.isEmpty() && !commonNames.contains(CertificateNames.commonName(certificate))) {
            return Optional.of("its common name is not among the allowed ones, " + commonNames);
        }
        if (!hostNames.isEmpty() && hostNames.stream().noneMatch(host -> CertificateNames.cover(certificate, host))) {
            return Optional.of("it is valid for none of the allowed host names, " + hostNames);
        }
        return Optional.empty();
    }
}
