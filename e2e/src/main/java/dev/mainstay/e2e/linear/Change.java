package dev.mainstay.e2e.linear;

/**
 * An event: a key was put or deleted.
 *
 * @param deleted whether it was deleted; then only key and mod revision of the pair say anything
 */
public record Change(boolean deleted, Pair pair) {
    /** The key was put and is now this. */
    public static Change put(Pair pair) {
        return new Change(false, pair);
    }

    /** The key was deleted at this revision. */
    public static Change deletion(String key, long revision) {
        return new Change(true, new Pair(key, "", 0, revision, 0));
    }

    /** The key it's about. */
    public String key() {
        return pair.key();
    }

    /** When it happened. */
    public long revision() {
        return pair.modified();
    }
}
