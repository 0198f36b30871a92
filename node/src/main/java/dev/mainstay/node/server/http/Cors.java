package dev.mainstay.node.server.http;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Set;

/** Tells browsers which pages may call us, and answers when they ask before they call. */
final class Cors {

    private final Set<String> origins;

    /** @param origins that may call; empty for all */
    Cors(List<String> origins) {
        this.origins = Set.copyOf(origins);
    }

    /** Whether the request may go on; if not, it has been answered. */
    boolean passes(HttpServerRequest request) {
        String origin = request.getHeader("origin");
        if (origins.isEmpty()) {
            allow(request, "*");
        } else if (origin != null && origins.contains(origin)) {
            allow(request, origin);
        }
        if (!HttpMethod.OPTIONS.equals(request.method())) {
            return true;
        }
        request.response().setStatusCode(200).end();
        return false;
    }

    private static void allow(HttpServerRequest request, String origin) {
        request.response()
                .putHeader("Access-Control-Allow-Methods", "POST, GET, OPTIONS, PUT, DELETE")
                .putHeader("Access-Control-Allow-Origin", origin)
                .putHeader("Access-Control-Allow-Headers", "accept, content-type, authorization");
    }
}
