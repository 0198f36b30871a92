package dev.mainstay.node.api;

import dev.mainstay.node.api.audit.Audit;
import io.grpc.ServerInterceptor;
import java.util.Optional;

/**
 * Who looks on while clients' calls are served. Calls that a recipe makes for its caller aren't looked at again.
 *
 * @param traces stands around every call, and gives some of them a {@link CallTrace}
 * @param deliveries hears of events that go to watchers
 * @param audit has calls recorded, and may refuse those that can't be
 */
public record Oversight(Optional<ServerInterceptor> traces, Deliveries deliveries, Optional<Audit> audit) {

    /** Nobody looks on. */
    public static final Oversight NONE = new Oversight(Optional.empty(), Deliveries.NONE, Optional.empty());

    /** Whether calls may have a {@link CallTrace}. */
    boolean traced() {
        return traces.isPresent();
    }
}
