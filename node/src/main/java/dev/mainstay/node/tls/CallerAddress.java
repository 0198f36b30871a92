package dev.mainstay.node.tls;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether a client calls from an address that its certificate names, by etcd's rules: a certificate without alternative
 * names passes; an IP address in it must be the caller's; a host name must be the caller's by reverse lookup, where
 * {@code *.} stands for any number of labels, or lead to it. Lookups may take long: not for event loops.
 */
public final class CallerAddress {

    private final Lookup lookup;

    /** How names and addresses belong together. */
    interface Lookup {

        /** The name of an address; the address itself if it has none. */
        String nameOf(InetAddress address);

        /** The addresses of a name; none if it isn't known. */
        List<InetAddress> addressesOf(String name);
    }

    /** By the system's resolver. */
    public CallerAddress() {
        this(new SystemLookup());
    }

    CallerAddress(Lookup lookup) {
        this.lookup = lookup;
    }

    /** Why a client with this certificate can't call from there, if so. */
    public Optional<String> refusal(X509Certificate certificate, InetAddress caller) {
        List<InetAddress> addresses = CertificateNames.addresses(certificate);
        List<String> hosts = CertificateNames.hosts(certificate);
        if ((addresses.isEmpty() && hosts.isEmpty()) || addresses.contains(caller)) {
            return Optional.empty();
        }
        if (!hosts.isEmpty() && named(hosts, caller)) {
            return Optional.empty();
        }
        return Optional.of(Certificates.describe(certificate) + " is for "
                + String.join(
                        ", ",
                        addresses.isEmpty()
                                ? hosts
                                : addresses.stream()
                                        .map(InetAddress::getHostAddress)
                                        .toList())
                + (addresses.isEmpty() || hosts.isEmpty() ? "" : " and " + String.join(", ", hosts))
                + ", and the caller's address " + caller.getHostAddress() + " is none of these");
    }

    private boolean named(List<String> hosts, InetAddress caller) {
        String name = lookup.nameOf(caller).toLowerCase(Locale.ROOT);
        for (String host : hosts) {
            String lower = host.toLowerCase(Locale.ROOT);
            if (lower.startsWith("*.") ? name.endsWith(lower.substring(1)) : name.equals(lower)) {
                return true;
            }
        }
        return hosts.stream()
                .filter(host -> !host.startsWith("*."))
                .anyMatch(host -> lookup.addressesOf(host).contains(caller));
    }

    private static final class SystemLookup implements Lookup {

        @Override
        public String nameOf(InetAddress address) {
            return address.getCanonicalHostName();
        }

        @Override
        public List<InetAddress> addressesOf(String name) {
            try {
                return List.of(InetAddress.getAllByName(name));
            } catch (UnknownHostException e) {
                return List.of();
            }
        }
    }
}
