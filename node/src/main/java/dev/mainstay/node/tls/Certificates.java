package dev.mainstay.node.tls;

import java.io.ByteArrayInputStream;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** Certificates and revocation lists out of files, and how to speak of them. */
final class Certificates {

    private Certificates() {}

    /** All certificates of a PEM file, in order; at least one. */
    static List<X509Certificate> in(TlsFile file, byte[] bytes) throws TlsException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (PemBlock block : PemBlock.in(file, bytes)) {
            if (block.type().equals("CERTIFICATE") || block.type().equals("X509 CERTIFICATE")) {
                try {
                    certificates.add(
                            (X509Certificate) factory().generateCertificate(new ByteArrayInputStream(block.der())));
                } catch (CertificateException e) {
                    throw file.refused("is damaged: a certificate in it can't be decoded. Write it again.");
                }
            }
        }
        if (certificates.isEmpty()) {
            throw file.refused("holds no certificate in PEM form. Correct --" + file.flag() + ".");
        }
        return certificates;
    }

    /** All lists of a file, one in DER or any number in PEM. */
    static List<X509CRL> revocations(TlsFile file, byte[] bytes) throws TlsException {
        try {
            List<X509CRL> lists = factory().generateCRLs(new ByteArrayInputStream(bytes)).stream()
                    .map(X509CRL.class::cast)
                    .toList();
            if (!lists.isEmpty()) {
                return lists;
            }
        } catch (CRLException e) {
            throw file.refused("is damaged: it can't be decoded as a revocation list. Write it again.");
        }
        throw file.refused("holds no revocation list, in PEM or DER form. Correct --" + file.flag() + ".");
    }

    /** A certificate in few words: whose, and by whom. */
    static String describe(X509Certificate certificate) {
        return "certificate " + serial(certificate) + " of "
                + name(certificate.getSubjectX500Principal().getName()) + ", issued by "
                + name(certificate.getIssuerX500Principal().getName());
    }

    /** The number its issuer gave it, in hex. */
    static String serial(X509Certificate certificate) {
        return certificate.getSerialNumber().toString(16);
    }

    private static String name(String name) {
        return name.isEmpty() ? "nobody" : name;
    }

    private static CertificateFactory factory() {
        try {
            return CertificateFactory.getInstance("X.509");
        } catch (CertificateException e) {
            throw new IllegalStateException(e);
        }
    }
}
