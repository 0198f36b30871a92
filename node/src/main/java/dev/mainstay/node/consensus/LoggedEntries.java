package dev.mainstay.node.consensus;

import java.io.IOException;
import java.util.Optional;

/** The log as who copies it sees it. Any thread. */
public interface LoggedEntries {

    /** The first entry that is still there. */
    long firstIndex();

    /**
     * An entry that was applied. May read a file of the log.
     *
     * @return empty if the log doesn't have it any more
     */
    Optional<LoggedEntry> read(long index) throws IOException;

    /** Bytes of all entries that were applied since the start. */
    long appliedBytes();
}
