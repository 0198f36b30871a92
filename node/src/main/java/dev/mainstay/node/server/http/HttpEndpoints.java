package dev.mainstay.node.server.http;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Everything a client URL answers that is not gRPC. Event loop only. */
public final class HttpEndpoints {

    private final HealthChecks checks;
    private final Supplier<String> metrics;
    private final String metricsContentType;
    private final String version;
    private final Optional<GatewayDoor> gateway;
    private final Optional<LogEndpoint> log;

    /**
     * @param metrics the text of {@code /metrics}; called per request, on a worker thread
     * @param etcdVersion what {@code /version} says we are
     * @param clusterVersion the version the cluster agreed on
     * @param gateway what serves JSON, if anything does
     * @param log what changes the log level, if anything does
     */
    public HttpEndpoints(
            Health health,
            HealthMeter meter,
            Supplier<String> metrics,
            String metricsContentType,
            String etcdVersion,
            String clusterVersion,
            Optional<GatewayDoor> gateway,
            Optional<LogEndpoint> log) {
        this.log = log;
        this.checks = new HealthChecks(health, meter);
        this.metrics = metrics;
        this.metricsContentType = metricsContentType;
        this.gateway = gateway;
        this.version = new JsonObject()
                .put("etcdserver", etcdVersion)
                .put("etcdcluster", clusterVersion)
                .put("storage", clusterVersion)
                .encode();
    }

    /** Answers on a client URL. */
    public void handle(HttpServerRequest request) {
        if ("/version".equals(request.path())) {
            get(request, this::version);
        } else if (gateway.isPresent() && GatewayDoor.covers(String.valueOf(request.path()))) {
            gateway.get().handle(request);
        } else {
            handleMetricsOnly(request);
        }
    }

    /** Answers on a metrics URL: health, metrics and the log level alone. */
    public void handleMetricsOnly(HttpServerRequest request) {
        String path = String.valueOf(request.path());
        switch (path) {
            case "/health" -> get(request, checks::health);
            case "/metrics" -> metrics(request);
            default -> {
                if (path.equals("/livez") || path.startsWith("/livez/")) {
                    get(request, checks::live);
                } else if (path.equals("/readyz") || path.startsWith("/readyz/")) {
                    get(request, checks::ready);
                } else if (path.equals(LogEndpoint.PATH) && log.isPresent()) {
                    log.get().handle(request);
                } else {
                    Answers.notFound(request);
                }
            }
        }
    }

    private static void get(HttpServerRequest request, Consumer<HttpServerRequest> answer) {
        if (HttpMethod.GET.equals(request.method())) {
            answer.accept(request);
        } else {
            Answers.methodNotAllowed(request, "GET");
        }
    }

    private void version(HttpServerRequest request) {
        Answers.send(request, 200, "application/json", version);
    }

    private void metrics(HttpServerRequest request) {
        Answers.compute(request, metrics, text -> Answers.send(request, 200, metricsContentType, text));
    }
}
