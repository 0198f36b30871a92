package dev.mainstay.node.tls;

import java.math.BigInteger;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;

/** Private keys in the forms that tools write: PKCS#8, PKCS#1 for RSA, and SEC 1 for elliptic curves. */
final class PrivateKeys {

    private static final byte[] VERSION_0 = Der.integer(BigInteger.ZERO);
    private static final byte[] RSA = Der.sequence(Der.oid("1.2.840.113549.1.1.1"), new byte[] {0x05, 0x00});
    private static final byte[] EC = Der.oid("1.2.840.10045.2.1");
    private static final List<String> KINDS = List.of("RSA", "EC", "EdDSA");

    private PrivateKeys() {}

    /** The first key of a file. */
    static PrivateKey in(TlsFile file, byte[] bytes) throws TlsException {
        for (PemBlock block : PemBlock.in(file, bytes)) {
            if (block.encrypted() || block.type().equals("ENCRYPTED PRIVATE KEY")) {
                throw file.refused(
                        "holds an encrypted key, and a server can't be asked for a passphrase. Decrypt it with"
                                + " openssl pkey -in OLD -out NEW, readable only by the user that runs this server.");
            }
            try {
                switch (block.type()) {
                    case "PRIVATE KEY" -> {
                        return key(file, block.der());
                    }
                    case "RSA PRIVATE KEY" -> {
                        return key(file, pkcs8(RSA, block.der()));
                    }
                    case "EC PRIVATE KEY" -> {
                        return key(file, pkcs8(Der.sequence(EC, curve(block.der())), block.der()));
                    }
                    default -> {}
                }
            } catch (IllegalArgumentException | ArithmeticException e) {
                throw damaged(file);
            }
        }
        throw file.refused("holds no private key in PEM form (PKCS#8, PKCS#1 or EC). Correct --" + file.flag() + ".");
    }

    private static byte[] pkcs8(byte[] algorithm, byte[] key) {
        return Der.sequence(VERSION_0, algorithm, Der.element(Der.OCTET_STRING, key));
    }

    /** The curve that a key of SEC 1 names: the first element with tag 0 after its version and its number. */
    private static byte[] curve(byte[] sec1) {
        for (Der parts = new Der(sec1).next().inside(); parts.more(); ) {
            Der.Element part = parts.next();
            if (part.tag() == Der.CONTEXT) {
                return part.content();
            }
        }
        throw new IllegalArgumentException("a key without a curve");
    }

    private static PrivateKey key(TlsFile file, byte[] pkcs8) throws TlsException {
        new Der(pkcs8).next();
        for (String kind : KINDS) {
            try {
                return KeyFactory.getInstance(kind).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (InvalidKeySpecException e) {
                // Of another kind, or of none of them: the next one tells.
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }
        throw file.refused("holds a key that can't be used: RSA, EC and Ed25519 keys can. Make one of these.");
    }

    private static TlsException damaged(TlsFile file) {
        return file.refused("is damaged: its key can't be decoded. Write it again.");
    }
}
