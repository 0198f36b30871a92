package dev.mainstay.node.tls;

import java.net.InetAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/** Whom a certificate names. */
public final class CertificateNames {

    private static final int DNS = 2;
    private static final int ADDRESS = 7;

    private CertificateNames() {}

    /** The subject's common name, empty if it has none. Of several the last one counts, as in etcd. */
    public static String commonName(X509Certificate certificate) {
        String name = "";
        try {
            // In the order of the certificate; each may hold several attributes.
            for (Rdn rdn : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                Attribute common = rdn.toAttributes().get("CN");
                for (int i = 0; common != null && i < common.size(); i++) {
                    name = common.get(i) instanceof String text ? text : "";
                }
            }
            return name;
        } catch (NamingException e) {
            return "";
        }
    }

    /** The host names among its alternative names, wildcards too. */
    static List<String> hosts(X509Certificate certificate) {
        return alternatives(certificate, DNS);
    }

    /** The IP addresses among its alternative names. */
    static List<InetAddress> addresses(X509Certificate certificate) {
        return alternatives(certificate, ADDRESS).stream()
                .map(InetAddress::ofLiteral)
                .toList();
    }

    /** Whether it is valid for a host name or an IP address. */
    static boolean cover(X509Certificate certificate, String host) {
        try {
            return addresses(certificate).contains(InetAddress.ofLiteral(host));
        } catch (IllegalArgumentException e) {
            // A name, then.
            return hosts(certificate).stream().anyMatch(pattern -> matches(pattern, host));
        }
    }

    /** Whether a name of a certificate, whose first label may be {@code *}, means this host. */
    static boolean matches(String pattern, String host) {
        String wanted = plain(pattern);
        String given = plain(host);
        if (!wanted.startsWith("*.")) {
            return wanted.equals(given);
        }
        int dot = given.indexOf('.');
        return dot > 0 && given.substring(dot).equals(wanted.substring(1));
    }

    private static String plain(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    private static List<String> alternatives(X509Certificate certificate, int kind) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            if (names == null) {
                return List.of();
            }
            return names.stream()
                    .filter(name -> Integer.valueOf(kind).equals(name.getFirst()))
                    .map(name -> String.valueOf(name.get(1)))
                    .toList();
        } catch (CertificateParsingException e) {
            return List.of();
        }
    }
}
