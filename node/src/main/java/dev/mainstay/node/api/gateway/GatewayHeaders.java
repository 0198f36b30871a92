package dev.mainstay.node.api.gateway;

import dev.mainstay.node.api.transport.CallHeaders;
import io.grpc.Metadata;
import io.vertx.core.MultiMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What HTTP headers say to a method. */
final class GatewayHeaders {

    private static final String METADATA = "grpc-metadata-";

    /** Tells services that a call came through the gateway, whose connection's certificate is nobody's identity. */
    private static final String THROUGH_GATEWAY = "grpcgateway-accept";

    private static final Set<String> PASSED_ON = Set.of("authorization", "traceparent", "tracestate");

    private GatewayHeaders() {}

    /** The caller's token, its trace, and every header that is marked as metadata. */
    static Metadata metadata(MultiMap headers) {
        MultiMap metadata = MultiMap.caseInsensitiveMultiMap();
        for (Map.Entry<String, String> header : headers) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (PASSED_ON.contains(name)) {
                metadata.add(name, header.getValue());
            } else if (name.startsWith(METADATA) && name.length() > METADATA.length()) {
                metadata.add(name.substring(METADATA.length()), header.getValue());
            }
        }
        String accept = headers.get("accept");
        metadata.set(THROUGH_GATEWAY, accept == null ? "*/*" : accept);
        return CallHeaders.metadata(metadata);
    }
}
