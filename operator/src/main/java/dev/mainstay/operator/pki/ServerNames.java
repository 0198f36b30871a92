package dev.mainstay.operator.pki;

import java.net.InetAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;

/** Host names and addresses of a certificate, its subject alternative names. */
public final class ServerNames {

    private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    private static final Pattern HOST =
            Pattern.compile("(\\*\\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");
    private static final int LONGEST = 253;
    private static final Integer DNS = 2;
    private static final Integer ADDRESS = 7;

    private ServerNames() {}

    /** Whether a certificate can be for it: a host name, *.HOST, or an IP address. */
    public static boolean valid(String name) {
        try {
            String normal = normal(name);
            return isAddress(name)
                    || (normal.length() <= LONGEST && HOST.matcher(normal).matches());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    static GeneralNames encoded(List<String> names) {
        return new GeneralNames(names.stream()
                .map(ServerNames::normal)
                .distinct()
                .map(name -> new GeneralName(isAddress(name) ? GeneralName.iPAddress : GeneralName.dNSName, name))
                .toArray(GeneralName[]::new));
    }

    /** Whether the certificate is for exactly these. */
    public static boolean match(X509Certificate certificate, Collection<String> names) {
        Set<String> wanted = new TreeSet<>();
        names.forEach(name -> wanted.add(normal(name)));
        return wanted.equals(of(certificate));
    }

    /** Whether the certificate is valid for a host, also by a wildcard in the first part of a name. */
    static boolean covers(X509Certificate certificate, String host) {
        String wanted = normal(host);
        int dot = wanted.indexOf('.');
        Set<String> names = of(certificate);
        return names.contains(wanted) || (!isAddress(host) && dot > 0 && names.contains("*" + wanted.substring(dot)));
    }

    /** The subject's common name; empty for none. */
    public static String commonName(X509Certificate certificate) {
        X500Name subject =
                X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
        RDN[] names = subject.getRDNs(BCStyle.CN);
        return names.length == 0
                ? ""
                : IETFUtils.valueToString(names[names.length - 1].getFirst().getValue());
    }

    private static Set<String> of(X509Certificate certificate) {
        Set<String> names = new TreeSet<>();
        try {
            for (List<?> name :
                    Objects.requireNonNullElse(certificate.getSubjectAlternativeNames(), List.<List<?>>of())) {
                if (name.get(0).equals(DNS) || name.get(0).equals(ADDRESS)) {
                    names.add(normal((String) name.get(1)));
                }
            }
        } catch (CertificateParsingException e) {
            throw new PkiException("the names of a certificate can't be read", e);
        }
        return names;
    }

    private static String normal(String name) {
        return isAddress(name) ? InetAddress.ofLiteral(name).getHostAddress() : name.toLowerCase(Locale.ROOT);
    }

    /** Whether it is an IP address rather than a host name. */
    public static boolean isAddress(String name) {
        return IPV4.matcher(name).matches() || (name.indexOf(':') >= 0 && name.indexOf('%') < 0);
    }
}
