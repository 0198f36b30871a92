package dev.mainstay.operator.cluster.desired;

import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 in hex. */
public final class Hashes {

    /** So much tells objects apart. */
    private static final int OBJECT_DIGITS = 16;

    private Hashes() {}

    /** All 64 digits for a text in UTF-8. */
    public static String text(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    /** The first {@value #OBJECT_DIGITS} digits for an object as JSON. */
    public static String object(Object object) {
        return text(Serialization.asJson(object)).substring(0, OBJECT_DIGITS);
    }
}
