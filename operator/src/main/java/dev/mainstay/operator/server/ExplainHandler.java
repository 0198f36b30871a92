package dev.mainstay.operator.server;

import dev.mainstay.operator.cluster.Explanations;
import dev.mainstay.operator.cluster.engine.Explanation;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Answers {@code /explain/NAMESPACE/NAME} with why the operator does what it does to a cluster, as text or, where that is asked for, JSON. Event loop only. */
final class ExplainHandler implements Handler<HttpServerRequest> {

    static final String PATH = "/explain/";

    private final Explanations explanations;
    private final Leadership leadership;

    ExplainHandler(Explanations explanations, Leadership leadership) {
        this.explanations = explanations;
        this.leadership = leadership;
    }

    @Override
    public void handle(HttpServerRequest request) {
        String[] names = Objects.requireNonNullElse(request.path(), "")
                .substring(PATH.length())
                .split("/", -1);
        if (names.length != 2 || names[0].isEmpty() || names[1].isEmpty()) {
            refuse(request, 400, "ask for " + PATH + "NAMESPACE/NAME of an EtcdCluster");
        } else if (!leadership.isHere()) {
            String leader = leadership.leader();
            refuse(
                    request,
                    503,
                    "this replica of the operator doesn't lead, and so looks after no cluster: ask "
                            + (leader.isEmpty() ? "the one that holds lease " + Leadership.LEASE : leader));
        } else {
            Optional<Explanation> found = explanations.find(names[0], names[1]);
            if (found.isPresent()) {
                answer(request, 200, found.get().text(), found.get());
            } else {
                refuse(
                        request,
                        404,
                        "there is no EtcdCluster " + names[0] + "/" + names[1]
                                + ", or this operator hasn't looked at it yet");
            }
        }
    }

    private static void refuse(HttpServerRequest request, int status, String why) {
        answer(request, status, why + "\n", Map.of("error", why));
    }

    private static void answer(HttpServerRequest request, int status, String text, Object json) {
        boolean asJson = isJson(request);
        request.response()
                .setStatusCode(status)
                .putHeader("Content-Type", asJson ? "application/json" : "text/plain; charset=utf-8")
                .putHeader("Cache-Control", "no-store")
                .end(asJson ? Serialization.asJson(json) : text);
    }

    /** As {@code ?output=} says, since kubectl asks for JSON whatever it wants; else as {@code Accept} does. */
    private static boolean isJson(HttpServerRequest request) {
        String output = request.getParam("output");
        return output == null
                ? Objects.requireNonNullElse(request.getHeader("Accept"), "").contains("application/json")
                : output.equals("json");
    }
}
