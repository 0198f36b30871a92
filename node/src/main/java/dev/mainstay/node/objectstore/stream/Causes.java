package dev.mainstay.node.objectstore.stream;

import java.util.Optional;

/** What an SDK's exception was caused by, which it wraps in exceptions of its own. */
public final class Causes {

    /** So that causes that go round in a circle come to an end. */
    private static final int MAX_DEPTH = 20;

    private Causes() {}

    /**
     * The outermost exception of a type.
     *
     * @param failure which may itself be it
     */
    public static <T extends Throwable> Optional<T> find(Throwable failure, Class<T> type) {
        int depth = 0;
        for (Throwable each = failure; each != null && depth < MAX_DEPTH; each = each.getCause()) {
            if (type.isInstance(each)) {
                return Optional.of(type.cast(each));
            }
            depth++;
        }
        return Optional.empty();
    }
}
