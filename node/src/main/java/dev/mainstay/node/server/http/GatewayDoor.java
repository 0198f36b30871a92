package dev.mainstay.node.server.http;

import dev.mainstay.node.api.gateway.Gateway;
import dev.mainstay.node.api.transport.CallerCertificate;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.BooleanSupplier;

/**
 * The way to the JSON gateway. Where the names in certificates are users, a caller who has one is turned away, as by etcd: a
 * gateway makes calls for others, so that the name would count for nothing here, and the caller might not notice.
 *
 * @param namesAreUsers whether gRPC calls are made by whom their certificates name, as of now
 */
public record GatewayDoor(Gateway gateway, BooleanSupplier namesAreUsers) {

    private static final String WHY =
            "CommonName of client sending a request against gateway will be ignored and not used as expected";

    /** Whether a path is the gateway's. */
    static boolean covers(String path) {
        return Gateway.covers(path);
    }

    void handle(HttpServerRequest request) {
        if (request.isSSL() && namesAreUsers.getAsBoolean() && isNamed(request)) {
            Answers.error(request, 400, WHY);
        } else {
            gateway.handle(request);
        }
    }

    private static boolean isNamed(HttpServerRequest request) {
        return CallerCertificate.of(request.connection())
                .filter(certificate -> !certificate.commonName().isEmpty())
                .isPresent();
    }
}
