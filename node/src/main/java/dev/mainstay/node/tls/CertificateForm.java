package dev.mainstay.node.tls;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import javax.security.auth.x500.X500Principal;

/**
 * What a certificate is to say, before it is signed. Java can check certificates but not make them; this makes the plain
 * kind that servers of one organisation show each other (RFC 5280), signed with ECDSA.
 *
 * @param serial positive
 * @param hosts host names and IP addresses
 * @param authority whether it may sign others
 */
record CertificateForm(
        BigInteger serial, X500Principal subject, List<String> hosts, Instant begin, Instant end, boolean authority) {

    private static final byte[] ECDSA_SHA256 = Der.sequence(Der.oid("1.2.840.10045.4.3.2"));
    private static final byte[] VERSION_3 = Der.element(Der.CONTEXT, Der.integer(BigInteger.TWO));
    private static final byte[] TRUE = Der.element(Der.BOOLEAN, new byte[] {(byte) 0xff});
    private static final int EXTENSIONS = Der.CONTEXT + 3;
    private static final int DNS_NAME = 0x82;
    private static final int IP_ADDRESS = 0x87;
    private static final int GENERALIZED_TIME = 0x18;
    private static final int UTC_TIME = 0x17;
    private static final int FIRST_YEAR_OF_LONG_FORM = 2050;

    CertificateForm {
        hosts = List.copyOf(hosts);
    }

    /** The certificate for the owner of a key, signed with the issuer's EC key. */
    X509Certificate signed(PublicKey owner, X500Principal issuer, PrivateKey issuersKey)
            throws GeneralSecurityException {
        byte[] body = Der.sequence(
                VERSION_3,
                Der.integer(serial),
                ECDSA_SHA256,
                issuer.getEncoded(),
                Der.sequence(time(begin), time(end)),
                subject.getEncoded(),
                owner.getEncoded(),
                Der.element(EXTENSIONS, Der.sequence(extensions())));
        byte[] whole = signed(body, issuersKey);
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(whole));
    }

    /** Something with its signature behind it, as in certificates and revocation lists. */
    static byte[] signed(byte[] body, PrivateKey key) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(key);
        signature.update(body);
        return Der.sequence(body, ECDSA_SHA256, Der.bits(0, signature.sign()));
    }

    /** The algorithm of {@link #signed}, as it stands inside of what is signed. */
    static byte[] algorithm() {
        return ECDSA_SHA256.clone();
    }

    /** A moment, to the second. */
    static byte[] time(Instant instant) {
        var utc = instant.atOffset(ZoneOffset.UTC);
        boolean longForm = utc.getYear() >= FIRST_YEAR_OF_LONG_FORM;
        String text = utc.format(DateTimeFormatter.ofPattern(longForm ? "yyyyMMddHHmmss'Z'" : "yyMMddHHmmss'Z'"));
        return Der.element(longForm ? GENERALIZED_TIME : UTC_TIME, text.getBytes(StandardCharsets.US_ASCII));
    }

    private byte[][] extensions() {
        List<byte[]> extensions = new ArrayList<>();
        extensions.add(extension("2.5.29.19", true, authority ? Der.sequence(TRUE) : Der.sequence()));
        // Digital signatures, and for authorities certificates and revocation lists too.
        extensions.add(extension(
                "2.5.29.15",
                true,
                authority ? Der.bits(1, new byte[] {(byte) 0x86}) : Der.bits(7, new byte[] {(byte) 0x80})));
        extensions.add(extension(
                "2.5.29.37", false, Der.sequence(Der.oid("1.3.6.1.5.5.7.3.1"), Der.oid("1.3.6.1.5.5.7.3.2"))));
        if (!hosts.isEmpty()) {
            extensions.add(extension(
                    "2.5.29.17",
                    false,
                    Der.sequence(hosts.stream().map(CertificateForm::name).toArray(byte[][]::new))));
        }
        return extensions.toArray(byte[][]::new);
    }

    private static byte[] extension(String oid, boolean critical, byte[] value) {
        byte[] wrapped = Der.element(Der.OCTET_STRING, value);
        return critical ? Der.sequence(Der.oid(oid), TRUE, wrapped) : Der.sequence(Der.oid(oid), wrapped);
    }

    private static byte[] name(String host) {
        try {
            return Der.element(IP_ADDRESS, InetAddress.ofLiteral(host).getAddress());
        } catch (IllegalArgumentException e) {
            // Not an address, so a name.
            return Der.element(DNS_NAME, host.getBytes(StandardCharsets.US_ASCII));
        }
    }
}
