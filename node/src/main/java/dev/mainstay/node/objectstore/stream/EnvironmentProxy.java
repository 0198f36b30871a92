package dev.mainstay.node.objectstore.stream;

import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The proxy that the environment names for a server, as most programs read it: {@code HTTPS_PROXY} or {@code HTTP_PROXY}, unless the
 * server is among {@code NO_PROXY}; lower case counts, too. For clients that don't read it themselves.
 */
public final class EnvironmentProxy {

    private EnvironmentProxy() {}

    /** The proxy for a server with this URL, if there is one. */
    public static Optional<InetSocketAddress> of(URI server, Map<String, String> environment) {
        String scheme = String.valueOf(server.getScheme()).toLowerCase(Locale.ROOT);
        Optional<String> proxy = variable(scheme + "_proxy", environment);
        String host = String.valueOf(server.getHost()).toLowerCase(Locale.ROOT);
        if (proxy.isEmpty()
                || variable("no_proxy", environment)
                        .filter(list -> isIn(list, host))
                        .isPresent()) {
            return Optional.empty();
        }
        String text = proxy.get().contains("://") ? proxy.get() : "http://" + proxy.get();
        URI uri = URI.create(text);
        int port = uri.getPort() >= 0 ? uri.getPort() : 80;
        return uri.getHost() == null
                ? Optional.empty()
                : Optional.of(InetSocketAddress.createUnresolved(uri.getHost(), port));
    }

    private static boolean isIn(String list, String host) {
        for (String entry : list.toLowerCase(Locale.ROOT).split(",", -1)) {
            String name = entry.strip();
            String bare = name.startsWith("*.") ? name.substring(2) : name.startsWith(".") ? name.substring(1) : name;
            if (name.equals("*") || (!bare.isEmpty() && (host.equals(bare) || host.endsWith("." + bare)))) {
                return true;
            }
        }
        return false;
    }

    private static Optional<String> variable(String name, Map<String, String> environment) {
        String value = environment.getOrDefault(name, environment.getOrDefault(name.toUpperCase(Locale.ROOT), ""));
        return value.isBlank() ? Optional.empty() : Optional.of(value.strip());
    }
}
