package dev.mainstay.node.objectstore;

import java.util.regex.Pattern;

/**
 * The form of keys: 1 to {@value #MAX_LENGTH} characters of {@code [A-Za-z0-9._=-]}, in parts between slashes of which none is empty
 * or begins with a dot. Every kind of place can keep such keys, and none of them leaves its place.
 */
public final class ObjectKeys {

    /** The longest key, in characters, of which each is one byte. */
    public static final int MAX_LENGTH = 200;

    private static final Pattern FORM =
            Pattern.compile("[A-Za-z0-9_=-][A-Za-z0-9._=-]*(/[A-Za-z0-9_=-][A-Za-z0-9._=-]*)*");

    private static final Pattern BEGINNING =
            Pattern.compile("([A-Za-z0-9_=-][A-Za-z0-9._=-]*/)*([A-Za-z0-9_=-][A-Za-z0-9._=-]*)?");

    private ObjectKeys() {}

    /** Whether a key can be this. */
    public static boolean isKey(String key) {
        return key.length() <= MAX_LENGTH && FORM.matcher(key).matches();
    }

    /** Refuses what no key can be. */
    public static void check(String key) {
        if (!isKey(key)) {
            throw new IllegalArgumentException(
                    "'" + key + "' can't be the key of an object: up to " + MAX_LENGTH
                            + " characters of A-Z a-z 0-9 . _ = - in parts between slashes, none of which is empty or begins with a dot");
        }
    }

    /** Refuses what no key can begin with. */
    public static void checkPrefix(String prefix) {
        if (prefix.length() > MAX_LENGTH || !BEGINNING.matcher(prefix).matches()) {
            throw new IllegalArgumentException("no key begins with '" + prefix + "'");
        }
    }
}
