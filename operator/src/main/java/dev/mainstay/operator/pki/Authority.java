package dev.mainstay.operator.pki;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority: elliptic-curve keys (P-256), signed with SHA-256. It signs certificates of members and clients, no other authority. */
public final class Authority {

    static final String SIGNATURE = "SHA256withECDSA";

    private static final int SERIAL_BITS = 127;
    private static final int NAME_DIGITS = 8;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final X509Certificate certificate;
    private final PrivateKey key;

    private Authority(X509Certificate certificate, PrivateKey key) {
        this.certificate = certificate;
        this.key = key;
    }

    /** A new one. Its subject is {@code name} with a random end, so that no two have the same. */
    public static Authority create(String name, Instant begin, Instant end) {
        KeyPair pair = keys();
        BigInteger serial = serial();
        X500Name subject = subject(name + " " + serial.toString(16).substring(0, NAME_DIGITS));
        try {
            X509v3CertificateBuilder form = form(subject, serial, begin, end, subject, pair.getPublic());
            form.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            form.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            return new Authority(signed(form, pair.getPrivate()), pair.getPrivate());
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new PkiException("an authority can't be made", e);
        }
    }

    /** The one with this certificate and key. */
    public static Authority of(Credential credential) {
        return new Authority(credential.parsed(), Pem.key(credential.key()));
    }

    /** Its certificate and key. */
    public Credential credential() {
        return new Credential(Pem.of(certificate), Pem.of(key));
    }

    /** A certificate for client use and, if it has names, for server use, with a key of its own. */
    public Credential issue(LeafForm leaf) {
        KeyPair pair = keys();
        X500Name issuer =
                X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
        try {
            X509v3CertificateBuilder form =
                    form(issuer, serial(), leaf.begin(), leaf.end(), subject(leaf.commonName()), pair.getPublic());
            form.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            form.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            form.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(certificate.getPublicKey()));
            if (leaf.names().isEmpty()) {
                form.addExtension(
                        Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_clientAuth));
            } else {
                form.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
                    KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
                }));
                form.addExtension(Extension.subjectAlternativeName, false, ServerNames.encoded(leaf.names()));
            }
            return new Credential(Pem.of(signed(form, key)), Pem.of(pair.getPrivate()));
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new PkiException("a certificate of " + leaf.commonName() + " can't be made", e);
        }
    }

    /** Whether {@code authority} signed {@code leaf}. */
    public static boolean signed(X509Certificate authority, X509Certificate leaf) {
        try {
            if (!leaf.getIssuerX500Principal().equals(authority.getSubjectX500Principal())) {
                return false;
            }
            leaf.verify(authority.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static X509v3CertificateBuilder form(
            X500Name issuer, BigInteger serial, Instant begin, Instant end, X500Name subject, PublicKey key)
            throws GeneralSecurityException, IOException {
        X509v3CertificateBuilder form =
                new JcaX509v3CertificateBuilder(issuer, serial, Date.from(begin), Date.from(end), subject, key);
        form.addExtension(
                Extension.subjectKeyIdentifier, false, new JcaX509ExtensionUtils().createSubjectKeyIdentifier(key));
        return form;
    }

    private static X509Certificate signed(X509v3CertificateBuilder form, PrivateKey key)
            throws GeneralSecurityException, OperatorCreationException {
        return new JcaX509CertificateConverter()
                .getCertificate(form.build(new JcaContentSignerBuilder(SIGNATURE).build(key)));
    }

    /** As it is: a text of Bouncy Castle's would take {@code #} and backslashes at its beginning for signs. */
    private static X500Name subject(String commonName) {
        return new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.CN, new DERUTF8String(commonName))
                .build();
    }

    private static BigInteger serial() {
        return new BigInteger(SERIAL_BITS, RANDOM).setBit(SERIAL_BITS);
    }

    private static KeyPair keys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new PkiException("a key can't be made", e);
        }
    }
}
