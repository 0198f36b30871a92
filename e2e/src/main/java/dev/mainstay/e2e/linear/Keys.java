package dev.mainstay.e2e.linear;

/**
 * One key, or all from one to another.
 *
 * @param first the key, or the first one
 * @param end the first key after them; empty if only {@code first} is meant
 */
public record Keys(String first, String end) {
    /** Just this key. */
    public static Keys one(String key) {
        return new Keys(key, "");
    }

    /** Whether this key is one of them. */
    public boolean contain(String key) {
        return end.isEmpty() ? key.equals(first) : key.compareTo(first) >= 0 && key.compareTo(end) < 0;
    }
}
