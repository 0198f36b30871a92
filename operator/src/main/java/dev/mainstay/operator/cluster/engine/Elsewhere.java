package dev.mainstay.operator.cluster.engine;

import java.util.Set;

/**
 * A cluster that ran before and that our members join, as far as its own members are concerned.
 *
 * @param joined whether there is one, and it isn't left yet
 * @param problem why it can't be joined; empty for nothing
 * @param clusterId its id, hex; empty while none of its members says that the others agree
 * @param leave whether its members are to leave, as ours do their work
 * @param leaderId the leader that they know, hex; empty for none
 * @param index up to where they have the log
 * @param serving ids, hex, of those that serve
 */
public record Elsewhere(
        boolean joined,
        String problem,
        String clusterId,
        boolean leave,
        String leaderId,
        long index,
        Set<String> serving) {

    /** There is none. */
    public static final Elsewhere NONE = new Elsewhere(false, "", "", false, "", 0, Set.of());

    public Elsewhere {
        serving = Set.copyOf(serving);
    }
}
