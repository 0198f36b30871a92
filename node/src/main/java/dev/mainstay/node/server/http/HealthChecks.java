package dev.mainstay.node.server.http;

import dev.mainstay.node.common.Alarm;
import io.vertx.core.Context;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** {@code /health}, {@code /livez} and {@code /readyz}, word for word as etcd answers them. Event loop only. */
final class HealthChecks {

    private static final List<String> LIVE = List.of("serializable_read");
    private static final List<String> READY =
            List.of("data_corruption", "linearizable_read", "non_learner", "serializable_read");

    private final Health health;
    private final HealthMeter meter;

    HealthChecks(Health health, HealthMeter meter) {
        this.health = health;
        this.meter = meter;
    }

    /** {@code /health}: alarms, leader, a read; the first that fails is the reason. */
    void health(HttpServerRequest request) {
        MultiMap query = request.params();
        boolean serializable = "true".equals(query.get("serializable"));
        Set<String> excluded = new HashSet<>(query.getAll("exclude"));
        Optional<Alarm> alarm = health.alarms().stream()
                .filter(raised -> !excluded.contains(raised.type().name()))
                .findFirst();
        if (alarm.isPresent()) {
            answerHealth(request, "ALARM " + alarm.get().type().name());
        } else if (!serializable && !health.hasLeader()) {
            answerHealth(request, "RAFT NO LEADER");
        } else {
            Context loop = Answers.loop();
            var _ = health.read(!serializable)
                    .thenAccept(failure -> Answers.onLoop(
                            loop,
                            () -> answerHealth(
                                    request,
                                    failure.map(code -> "RANGE ERROR:" + code.message())
                                            .orElse(""))));
        }
    }

    private void answerHealth(HttpServerRequest request, String reason) {
        boolean healthy = reason.isEmpty();
        meter.healthAnswered(healthy);
        String body = "{\"health\":\"" + healthy + "\",\"reason\":\"" + reason + "\"}";
        if (healthy) {
            Answers.text(request, 200, body);
        } else {
            Answers.error(request, 503, body);
        }
    }

    /** {@code /livez} and {@code /livez/<check>}. */
    void live(HttpServerRequest request) {
        checks(request, "livez", LIVE);
    }

    /** {@code /readyz} and {@code /readyz/<check>}. */
    void ready(HttpServerRequest request) {
        checks(request, "readyz", READY);
    }

    private void checks(HttpServerRequest request, String type, List<String> names) {
        String only = String.valueOf(request.path()).substring(type.length() + 1);
        if (!only.isEmpty() && !only.equals("/")) {
            names = names.stream().filter(only.substring(1)::equals).toList();
            if (names.isEmpty()) {
                Answers.notFound(request);
                return;
            }
        }
        Set<String> excluded = new HashSet<>(request.params().getAll("exclude"));
        List<CompletableFuture<Line>> lines = new ArrayList<>();
        for (String name : names) {
            lines.add(
                    excluded.contains(name)
                            ? CompletableFuture.completedFuture(new Line(true, "[+]" + name + " excluded: ok\n"))
                            : check(name).thenApply(failure -> line(type, name, failure)));
        }
        Context loop = Answers.loop();
        var _ = CompletableFuture.allOf(lines.toArray(CompletableFuture<?>[]::new))
                .thenRun(() -> Answers.onLoop(
                        loop,
                        () -> answer(
                                request,
                                lines.stream().map(CompletableFuture::join).toList())));
    }

    private record Line(boolean ok, String text) {}

    private Line line(String type, String name, String failure) {
        boolean ok = failure.isEmpty();
        meter.checked(type, name, ok);
        return new Line(ok, ok ? "[+]" + name + " ok\n" : "[-]" + name + " failed: " + failure + "\n");
    }

    private static void answer(HttpServerRequest request, List<Line> lines) {
        StringBuilder report = new StringBuilder();
        lines.forEach(line -> report.append(line.text()));
        if (!lines.stream().allMatch(Line::ok)) {
            Answers.error(request, 503, report.toString());
            return;
        }
        String ok = request.params().contains("verbose") ? report + "ok\n" : "ok\n";
        HttpServerResponse response = request.response();
        response.putHeader("X-Content-Type-Options", "nosniff");
        Answers.text(request, 200, ok);
    }

    /** Why a check fails; empty if it doesn't. */
    private CompletableFuture<String> check(String name) {
        return switch (name) {
            case "data_corruption" ->
                CompletableFuture.completedFuture(
                        health.alarms().stream().anyMatch(alarm -> alarm.type() == Alarm.Type.CORRUPT)
                                ? "alarm activated: CORRUPT"
                                : "");
            case "non_learner" ->
                CompletableFuture.completedFuture(health.learner() ? "not supported for learner" : "");
            case "linearizable_read" -> read(true);
            case "serializable_read" -> read(false);
            default -> throw new IllegalStateException("no check " + name);
        };
    }

    private CompletableFuture<String> read(boolean linearizable) {
        return health.read(linearizable)
                .thenApply(failure ->
                        failure.map(code -> "range error: " + code.message()).orElse(""));
    }
}
