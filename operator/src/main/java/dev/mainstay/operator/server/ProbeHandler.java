package dev.mainstay.operator.server;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import java.util.Objects;

/** Answers {@code /metrics}, and {@code /livez} and {@code /readyz} with 200 while the process runs. Event loop only. */
final class ProbeHandler implements Handler<HttpServerRequest> {

    private final PrometheusMeterRegistry meters;

    ProbeHandler(PrometheusMeterRegistry meters) {
        this.meters = meters;
    }

    @Override
    public void handle(HttpServerRequest request) {
        switch (Objects.requireNonNullElse(request.path(), "")) {
            case "/metrics" ->
                request.response()
                        .putHeader("Content-Type", "text/plain; version=0.0.4")
                        .end(meters.scrape());
            case "/livez", "/readyz" -> request.response().end("ok\n");
            default -> request.response().setStatusCode(404).end();
        }
    }
}
