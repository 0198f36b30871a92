package dev.mainstay.node.consensus;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The log of the member that leads. Any thread. */
@FunctionalInterface
interface EntryLog {

    /**
     * Appends an entry.
     *
     * @param parts what is in it, for this member's own apply
     * @return done when the entry was applied here; fails if it wasn't appended, or if nobody knows
     */
    CompletableFuture<?> append(List<EntryPart> parts, byte[] entry);
}
