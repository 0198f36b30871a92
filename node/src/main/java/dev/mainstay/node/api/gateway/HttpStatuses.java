package dev.mainstay.node.api.gateway;

import io.grpc.Status;
import io.vertx.core.json.JsonObject;

/** How the gateway says that something failed. */
final class HttpStatuses {

    private HttpStatuses() {}

    /** The HTTP status that goes with a gRPC code. */
    static int of(Status.Code code) {
        return switch (code) {
            case OK -> 200;
            case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE -> 400;
            case UNAUTHENTICATED -> 401;
            case PERMISSION_DENIED -> 403;
            case NOT_FOUND -> 404;
            case ABORTED, ALREADY_EXISTS -> 409;
            case RESOURCE_EXHAUSTED -> 429;
            case CANCELLED -> 499;
            case UNKNOWN, INTERNAL, DATA_LOSS -> 500;
            case UNIMPLEMENTED -> 501;
            case UNAVAILABLE -> 503;
            case DEADLINE_EXCEEDED -> 504;
        };
    }

    /** A body that says so; its first field is for scripts that know releases before 3.6. */
    static String body(Status status) {
        String message = message(status);
        return new JsonObject()
                .put("error", message)
                .put("code", status.getCode().value())
                .put("message", message)
                .encode();
    }

    /** A line that says so in the middle of a stream. */
    static String line(Status status) {
        return new JsonObject()
                .put(
                        "error",
                        new JsonObject().put("code", status.getCode().value()).put("message", message(status)))
                .encode();
    }

    private static String message(Status status) {
        String description = status.getDescription();
        return description == null ? "" : description;
    }
}
