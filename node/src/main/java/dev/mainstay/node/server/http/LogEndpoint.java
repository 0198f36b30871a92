package dev.mainstay.node.server.http;

import dev.mainstay.node.api.Administrators;
import dev.mainstay.node.api.transport.CallerCertificate;
import dev.mainstay.node.common.ErrorCode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;

/**
 * {@code /config/local/log}: shows the log level, and changes it as etcd did up to 3.4. For administrators alone, and not
 * for pages that an administrator looks at, whatever {@code --cors} allows them. Event loop only.
 */
public final class LogEndpoint {

    static final String PATH = "/config/local/log";

    private static final int MAX_BODY_BYTES = 4096;
    private static final String LEVEL = "Level";

    private final LogLevels levels;
    private final Administrators administrators;

    /** Changes these levels. */
    public LogEndpoint(LogLevels levels, Administrators administrators) {
        this.levels = levels;
        this.administrators = administrators;
    }

    void handle(HttpServerRequest request) {
        boolean changes = HttpMethod.PUT.equals(request.method());
        if (!changes && !HttpMethod.GET.equals(request.method())) {
            Answers.methodNotAllowed(request, "GET, PUT");
            return;
        }
        String name = CallerCertificate.of(request.connection())
                .map(CallerCertificate::commonName)
                .orElse("");
        if (changes && request.getHeader("origin") != null) {
            Answers.error(request, 403, "A page in a browser may not change the log level");
            return;
        }
        ErrorCode refusal = administrators.refusal(request.getHeader("authorization"), name);
        if (refusal != null) {
            Answers.error(request, 403, refusal.message());
        } else if (changes) {
            read(request);
        } else {
            Answers.send(
                    request,
                    200,
                    "application/json",
                    new JsonObject().put(LEVEL, levels.now()).encode());
        }
    }

    private void read(HttpServerRequest request) {
        Buffer body = Buffer.buffer();
        request.handler(piece -> {
            if (body.length() <= MAX_BODY_BYTES) {
                body.appendBuffer(piece);
            }
        });
        request.endHandler(_ -> change(request, body));
    }

    private void change(HttpServerRequest request, Buffer body) {
        Object level;
        try {
            level = body.length() > MAX_BODY_BYTES ? null : new JsonObject(body).getValue(LEVEL);
        } catch (DecodeException e) {
            level = null;
        }
        if (!(level instanceof String word)) {
            Answers.error(request, 400, "Invalid json body");
        } else if (levels.change(word, caller(request))) {
            request.response().setStatusCode(204).end();
        } else {
            Answers.error(request, 400, "Invalid log level " + word);
        }
    }

    private static String caller(HttpServerRequest request) {
        SocketAddress address = request.remoteAddress();
        return address == null ? "somebody" : address.hostAddress() + ":" + address.port();
    }
}
