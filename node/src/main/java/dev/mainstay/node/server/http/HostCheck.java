package dev.mainstay.node.server.http;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.util.List;
import java.util.Set;

/** Refuses plaintext HTTP requests that ask for a host we don't go by, which a hostile web page could make a browser do. */
final class HostCheck {

    private final Set<String> hosts;

    /** @param hosts acceptable names without ports; empty for all */
    HostCheck(List<String> hosts) {
        this.hosts = Set.copyOf(hosts);
    }

    /** Whether the request may go on; if not, it has been answered. */
    boolean passes(HttpServerRequest request) {
        HostAndPort asked = request.authority();
        String host = asked == null ? "" : asked.host();
        if (request.isSSL() || hosts.isEmpty() || hosts.contains(host)) {
            return true;
        }
        Answers.error(
                request,
                421,
                "The Host header of this request, \"" + host + "\", is not one this server goes by.\n"
                        + "Add it to --host-whitelist, or reach the server by one of the names listed there.");
        return false;
    }
}
