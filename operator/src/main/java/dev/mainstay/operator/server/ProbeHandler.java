package dev.mainstay.operator.server;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import java.util.Objects;

/** Answers {@code /metrics}, {@code /explain/}, and {@code /livez} and {@code /readyz} with 200 while the process runs. Event loop only. */
final class ProbeHandler implements Handler<HttpServerRequest> {

    private final PrometheusMeterRegistry meters;
    private final ExplainHandler explain;

    ProbeHandler(PrometheusMeterRegistry meters, ExplainHandler explain) {
        this.meters = meters;
        this.explain = explain;
    }

    @Override
    public void handle(HttpServerRequest request) {
        String path = Objects.requireNonNullElse(request.path(), "");
        if (path.startsWith(ExplainHandler.PATH)) {
            explain.handle(request);
            return;
        }
        switch (path) {
            case "/metrics" ->
                request.response()
                        .putHeader("Content-Type", "text/plain; version=0.0.4")
                        .end(meters.scrape());
            case "/livez", "/readyz" -> request.response().end("ok\n");
            default -> request.response().setStatusCode(404).end();
        }
    }
}
