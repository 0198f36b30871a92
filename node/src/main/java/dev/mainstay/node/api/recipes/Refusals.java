package dev.mainstay.node.api.recipes;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.CompletionException;

/** What recipes are refused with. */
final class Refusals {

    static final Status SESSION_EXPIRED = Status.UNKNOWN.withDescription("mutex: session is expired");
    static final Status NOT_LEADER = Status.UNKNOWN.withDescription("election: not leader");
    static final Status NO_LEADER = Status.UNKNOWN.withDescription("election: no leader");
    static final Status NO_LEADER_KEY = Status.UNKNOWN.withDescription("\"leader\" field must be provided");

    private Refusals() {}

    /**
     * The status of a recipe that failed like this. What one of its calls was refused with goes on as text without its code,
     * as in etcd, whose clients look at the text; but that another member should be asked, or that time is over, is said.
     */
    static Status of(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (!(cause instanceof StatusRuntimeException refusal)) {
            return Status.INTERNAL.withDescription(String.valueOf(cause));
        }
        Status status = refusal.getStatus();
        return switch (status.getCode()) {
            case UNAVAILABLE, CANCELLED, DEADLINE_EXCEEDED -> status;
            default -> Status.UNKNOWN.withDescription(status.getDescription());
        };
    }
}
