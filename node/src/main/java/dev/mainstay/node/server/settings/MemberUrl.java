package dev.mainstay.node.server.settings;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Objects;

/**
 * An address as etcd's flags give it.
 *
 * @param scheme {@code http}, {@code https}, {@code unix} or {@code unixs}
 * @param host a name or an address without brackets; the path of the socket for unix schemes
 * @param port 1 to 65535, 0 (any free port) only where we listen in tests; 0 for unix schemes
 * @param text as it was given; what ids are made of and clients are told
 */
public record MemberUrl(String scheme, String host, int port, String text) {

    /** @throws IllegalArgumentException with etcd's reason if the text is no such address */
    public static MemberUrl parse(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("URL is malformed: " + text, e);
        }
        String scheme = String.valueOf(uri.getScheme());
        return switch (scheme) {
            case "http", "https" -> network(scheme, uri, text);
            case "unix", "unixs" -> socketFile(scheme, uri, text);
            default -> throw new IllegalArgumentException("URL scheme must be http, https, unix, or unixs: " + text);
        };
    }

    private static MemberUrl socketFile(String scheme, URI uri, String text) {
        String path =
                Objects.requireNonNullElse(uri.getAuthority(), "") + Objects.requireNonNullElse(uri.getPath(), "");
        if (path.isEmpty()) {
            throw new IllegalArgumentException("URL names no socket file: " + text);
        }
        return new MemberUrl(scheme, path, 0, text);
    }

    private static MemberUrl network(String scheme, URI uri, String text) {
        if (uri.getHost() == null || uri.getPort() < 0 || uri.getPort() > 65535) {
            throw new IllegalArgumentException("URL address does not have the form \"host:port\": " + text);
        }
        if (!String.valueOf(uri.getRawPath()).isEmpty()) {
            throw new IllegalArgumentException("URL must not contain a path: " + text);
        }
        return new MemberUrl(scheme, unbracketed(uri.getHost()), uri.getPort(), text);
    }

    /** Where to connect to, {@code host:port}; an IPv6 address in brackets. The path of a socket file. */
    public String hostAndPort() {
        return unixSocket() ? host : (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    /** Whether clients must speak TLS here. */
    public boolean secure() {
        return scheme.equals("https") || scheme.equals("unixs");
    }

    /** Whether this is the path of a socket file. */
    public boolean unixSocket() {
        return scheme.startsWith("unix");
    }

    private static String unbracketed(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    @Override
    public String toString() {
        return text;
    }
}
