package dev.mainstay.node.server.http;

import dev.mainstay.node.common.Alarm;
import dev.mainstay.node.common.ErrorCode;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What the health endpoints ask the member; any thread, nothing here waits. */
public interface Health {

    /** The raised alarms that concern this member. */
    List<Alarm> alarms();

    /** Whether this member knows a leader. */
    boolean hasLeader();

    /** Whether this member doesn't vote. */
    boolean learner();

    /**
     * Reads one key.
     *
     * @param linearizable or else whatever this member has
     * @return empty when it could, else why not; completes within the request timeout
     */
    CompletableFuture<Optional<ErrorCode>> read(boolean linearizable);
}
