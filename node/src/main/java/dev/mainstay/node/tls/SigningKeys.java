package dev.mainstay.node.tls;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.List;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** Keys to sign with and to check signatures, from PEM files. */
public final class SigningKeys {

    private static final List<String> KINDS = List.of("RSA", "EC", "EdDSA");

    private SigningKeys() {}

    /** The private key of a file. */
    public static PrivateKey privateKey(TlsFile file) throws TlsException {
        return PrivateKeys.in(file, file.read());
    }

    /** The public key of a file, or of the first certificate in it. */
    public static PublicKey publicKey(TlsFile file) throws TlsException {
        byte[] bytes = file.read();
        for (PemBlock block : PemBlock.in(file, bytes)) {
            switch (block.type()) {
                case "PUBLIC KEY" -> {
                    return key(file, block.der());
                }
                case "CERTIFICATE" -> {
                    return Certificates.in(file, bytes).getFirst().getPublicKey();
                }
                default -> {}
            }
        }
        throw file.refused("holds no public key in PEM form (PUBLIC KEY or CERTIFICATE). Make one of a private key with"
                + " openssl pkey -in KEY -pubout.");
    }

    /** The public half of a private key, which only RSA keys hold. */
    public static PublicKey publicKey(TlsFile file, PrivateKey key) throws TlsException {
        if (!(key instanceof RSAPrivateCrtKey rsa)) {
            throw file.refused("holds only the private half of a key: name the file of the public one too (pub-key).");
        }
        try {
            return KeyFactory.getInstance("RSA")
                    .generatePublic(new RSAPublicKeySpec(rsa.getModulus(), rsa.getPublicExponent()));
        } catch (GeneralSecurityException e) {
            throw file.refused("holds a key that can't be used: " + e.getMessage() + ". Make a new one.");
        }
    }

    /** All bytes of a file, as a secret. */
    public static SecretKey secret(TlsFile file) throws TlsException {
        byte[] bytes = file.read();
        if (bytes.length == 0) {
            throw file.refused("is empty. Write a secret into it, of at least 32 random bytes.");
        }
        return new SecretKeySpec(bytes, "Hmac");
    }

    private static PublicKey key(TlsFile file, byte[] encoded) throws TlsException {
        for (String kind : KINDS) {
            try {
                return KeyFactory.getInstance(kind).generatePublic(new X509EncodedKeySpec(encoded));
            } catch (InvalidKeySpecException e) {
                // Of another kind, or of none of them: the next one tells.
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }
        throw file.refused("holds a key that can't be used: RSA, EC and Ed25519 keys can. Make one of these.");
    }
}
