package dev.mainstay.node.watch;

import org.jspecify.annotations.Nullable;

/**
 * One watcher: a cursor over the revisions. Owned by the hub thread.
 *
 * <p>A watcher that is not lagging has got everything below the hub's next revision, whatever {@code next} says: a watcher
 * whose keys don't change costs nothing. A lagging one has got everything below {@code next}.
 */
final class Watcher {

    private static final int NO_PUT = 1;
    private static final int NO_DELETE = 2;
    private static final int PREVIOUS = 4;

    /** The number of different forms that one run of events can take. */
    static final int FORMS = 8;

    final long id;
    final HubStream stream;
    final Target target;
    final int form;
    final boolean progressNotify;
    final boolean fragment;

    /** The revision below which no progress is told; 0 for a watcher that starts now. */
    final long start;

    /** What it counts for, among as many as there may be. */
    final int places;

    /** Nothing below is to be sent. */
    long next;

    boolean lagging;

    /** Whether events were sent since the last periodic look. */
    boolean busy;

    /** Where in {@link Target#watchers} this one is. */
    int slot;

    Watcher(long id, HubStream stream, Target target, WatchSpec spec, long next) {
        this.id = id;
        this.stream = stream;
        this.target = target;
        this.form = (spec.noPut() ? NO_PUT : 0) | (spec.noDelete() ? NO_DELETE : 0) | (spec.prevKv() ? PREVIOUS : 0);
        this.progressNotify = spec.progressNotify();
        this.fragment = spec.fragment();
        this.start = spec.startRevision();
        this.places = WatcherBounds.places(spec);
        this.next = next;
    }

    static boolean wantsPuts(int form) {
        return (form & NO_PUT) == 0;
    }

    static boolean wantsDeletions(int form) {
        return (form & NO_DELETE) == 0;
    }

    static boolean wantsPrevious(int form) {
        return (form & PREVIOUS) != 0;
    }

    /** What the watcher gets of a matched batch; {@code null} if nothing is left after its filters. */
    @Nullable
    MatchedEvents select(EventEncoder encoder) {
        return target.select(form, next, encoder);
    }
}
