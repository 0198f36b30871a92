package dev.mainstay.operator.member;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Objects;

/** A call of a member that failed or whose answer didn't come. */
public final class MemberCallException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String call;

    /** Says which call of whom. */
    public MemberCallException(String call, String endpoint, Throwable cause) {
        super(call + " of " + endpoint + ": " + cause.getMessage(), cause);
        this.call = call;
    }

    /** What was asked for and what came of it, in words that stay the same while the trouble does. */
    public String summary() {
        Status status = getCause() instanceof StatusRuntimeException answer ? answer.getStatus() : Status.UNAVAILABLE;
        boolean silent =
                status.getCode() == Status.Code.UNAVAILABLE || status.getCode() == Status.Code.DEADLINE_EXCEEDED;
        return call + ": "
                + (silent
                        ? "no answer"
                        : Objects.requireNonNullElse(
                                status.getDescription(), status.getCode().name()));
    }
}
