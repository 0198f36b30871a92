package dev.mainstay.node.common;

/**
 * One change in the history of the store.
 *
 * @param main the revision clients see; one per committed mutation, starting at 2 (an empty store is at 1)
 * @param sub the position of a change among those of the same {@code main}, from 0
 */
public record Revision(long main, int sub) implements Comparable<Revision> {

    @Override
    public int compareTo(Revision other) {
        int byMain = Long.compare(main, other.main);
        return byMain != 0 ? byMain : Integer.compare(sub, other.sub);
    }
}
