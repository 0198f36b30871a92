package dev.mainstay.node.server;

import java.math.BigInteger;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.NoSuchProviderException;
import java.security.Principal;
import java.security.PublicKey;
import java.security.SignatureException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Any bytes on the wire, in the place of a certificate that is good in every other way. */
final class ShownCertificate extends X509Certificate {

    private static final long serialVersionUID = 1;

    private final X509Certificate good;
    private final byte[] shown;

    ShownCertificate(X509Certificate good, byte[] shown) {
        this.good = good;
        this.shown = shown.clone();
    }

    @Override
    public byte[] getEncoded() {
        return shown.clone();
    }

    @Override
    public void checkValidity() throws CertificateExpiredException, CertificateNotYetValidException {
        good.checkValidity();
    }

    @Override
    public void checkValidity(Date date) throws CertificateExpiredException, CertificateNotYetValidException {
        good.checkValidity(date);
    }

    @Override
    public int getVersion() {
        return good.getVersion();
    }

    @Override
    public BigInteger getSerialNumber() {
        return good.getSerialNumber();
    }

    @Override
    @SuppressWarnings("deprecation")
    public Principal getIssuerDN() {
        return good.getIssuerDN();
    }

    @Override
    @SuppressWarnings("deprecation")
    public Principal getSubjectDN() {
        return good.getSubjectDN();
    }

    @Override
    public Date getNotBefore() {
        return good.getNotBefore();
    }

    @Override
    public Date getNotAfter() {
        return good.getNotAfter();
    }

    @Override
    public byte[] getTBSCertificate() {
        return shown.clone();
    }

    @Override
    public byte[] getSignature() {
        return good.getSignature();
    }

    @Override
    public String getSigAlgName() {
        return good.getSigAlgName();
    }

    @Override
    public String getSigAlgOID() {
        return good.getSigAlgOID();
    }

    @Override
    public byte @Nullable [] getSigAlgParams() {
        return good.getSigAlgParams();
    }

    @Override
    public boolean @Nullable [] getIssuerUniqueID() {
        return good.getIssuerUniqueID();
    }

    @Override
    public boolean @Nullable [] getSubjectUniqueID() {
        return good.getSubjectUniqueID();
    }

    @Override
    public boolean @Nullable [] getKeyUsage() {
        return good.getKeyUsage();
    }

    @Override
    public int getBasicConstraints() {
        return good.getBasicConstraints();
    }

    @Override
    public void verify(PublicKey key)
            throws CertificateException, NoSuchAlgorithmException, InvalidKeyException, NoSuchProviderException,
                    SignatureException {
        good.verify(key);
    }

    @Override
    public void verify(PublicKey key, String provider)
            throws CertificateException, NoSuchAlgorithmException, InvalidKeyException, NoSuchProviderException,
                    SignatureException {
        good.verify(key, provider);
    }

    @Override
    public String toString() {
        return shown.length + " bytes";
    }

    @Override
    public PublicKey getPublicKey() {
        return good.getPublicKey();
    }

    @Override
    public boolean hasUnsupportedCriticalExtension() {
        return good.hasUnsupportedCriticalExtension();
    }

    @Override
    public @Nullable Set<String> getCriticalExtensionOIDs() {
        return good.getCriticalExtensionOIDs();
    }

    @Override
    public @Nullable Set<String> getNonCriticalExtensionOIDs() {
        return good.getNonCriticalExtensionOIDs();
    }

    @Override
    public byte @Nullable [] getExtensionValue(String oid) {
        return good.getExtensionValue(oid);
    }
}
