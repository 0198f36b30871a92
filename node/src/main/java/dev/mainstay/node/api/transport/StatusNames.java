package dev.mainstay.node.api.transport;

import io.grpc.Status;
import java.util.List;
import java.util.stream.Stream;

/** The names of gRPC's status codes as Go spells them, which is how metrics call them. */
public final class StatusNames {

    private StatusNames() {}

    /** The name of one code. */
    public static String of(Status.Code code) {
        return switch (code) {
            case OK -> "OK";
            case CANCELLED -> "Canceled";
            case UNKNOWN -> "Unknown";
            case INVALID_ARGUMENT -> "InvalidArgument";
            case DEADLINE_EXCEEDED -> "DeadlineExceeded";
            case NOT_FOUND -> "NotFound";
            case ALREADY_EXISTS -> "AlreadyExists";
            case PERMISSION_DENIED -> "PermissionDenied";
            case RESOURCE_EXHAUSTED -> "ResourceExhausted";
            case FAILED_PRECONDITION -> "FailedPrecondition";
            case ABORTED -> "Aborted";
            case OUT_OF_RANGE -> "OutOfRange";
            case UNIMPLEMENTED -> "Unimplemented";
            case INTERNAL -> "Internal";
            case UNAVAILABLE -> "Unavailable";
            case DATA_LOSS -> "DataLoss";
            case UNAUTHENTICATED -> "Unauthenticated";
        };
    }

    /** Every name there is. */
    public static List<String> all() {
        return Stream.of(Status.Code.values()).map(StatusNames::of).toList();
    }
}
