package dev.mainstay.node.server.http;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The shapes of our plain HTTP answers; those of Go's HTTP server where clients may look. Event loop only. */
final class Answers {

    private static final String TEXT = "text/plain; charset=utf-8";

    private Answers() {}

    /** A text as it is. */
    static void text(HttpServerRequest request, int status, String body) {
        send(request, status, TEXT, body);
    }

    /** A refusal: a line feed follows its text, and browsers must not take it for anything else. */
    static void error(HttpServerRequest request, int status, String body) {
        request.response().putHeader("X-Content-Type-Options", "nosniff");
        send(request, status, TEXT, body + "\n");
    }

    static void notFound(HttpServerRequest request) {
        error(request, 404, "404 page not found");
    }

    static void methodNotAllowed(HttpServerRequest request, String allowed) {
        request.response().putHeader("Allow", allowed);
        error(request, 405, "Method Not Allowed");
    }

    static void send(HttpServerRequest request, int status, String contentType, String body) {
        if (request.response().ended() || request.response().closed()) {
            return;
        }
        request.response().setStatusCode(status).putHeader("content-type", contentType);
        request.response().end(body);
    }

    /** The event loop that serves the current request. */
    static Context loop() {
        return Objects.requireNonNull(Vertx.currentContext());
    }

    /** Runs what answers a request on its event loop, whatever thread found the answer. */
    static void onLoop(Context loop, Runnable answer) {
        loop.runOnContext(ignored -> answer.run());
    }

    /** Computes an answer on a worker thread, then gives it on the event loop. */
    static void compute(HttpServerRequest request, Supplier<String> work, Consumer<String> answer) {
        loop().executeBlocking(work::get, false)
                .onSuccess(answer::accept)
                .onFailure(failure -> error(request, 500, String.valueOf(failure.getMessage())));
    }
}
