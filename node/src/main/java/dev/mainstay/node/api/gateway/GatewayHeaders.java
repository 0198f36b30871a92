package dev.mainstay.node.api.gateway;

import dev.mainstay.node.api.transport.CallHeaders;
import io.grpc.Metadata;
import io.vertx.core.MultiMap;
import java.util.Locale;
import java.util.Map;

/** What HTTP headers say to a method. */
final class GatewayHeaders {

    private static final String METADATA = "grpc-metadata-";

    /** Tells services that a call came through the gateway, whose connection's certificate is nobody's identity. */
    private static final String THROUGH_GATEWAY = "grpcgateway-accept";

    private GatewayHeaders() {}

    /** The caller's token, and every header that is marked as metadata. */
    static Metadata metadata(MultiMap headers) {
        MultiMap metadata = MultiMap.caseInsensitiveMultiMap();
        for (Map.Entry<String, String> header : headers) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (name.equals("authorization")) {
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
