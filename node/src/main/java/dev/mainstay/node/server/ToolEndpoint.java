package dev.mainstay.node.server;

import dev.mainstay.etcd.proto.AuthGrpc;
import dev.mainstay.etcd.proto.AuthenticateRequest;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.NettyChannelBuilder;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A server that a tool calls, and as whom.
 *
 * @param endpoint a URL, or {@code host:port} for plaintext
 * @param caCertificate empty for the authorities that Java knows
 * @param certificate empty for none
 * @param user empty for nobody
 */
record ToolEndpoint(
        String endpoint, String caCertificate, String certificate, String key, String user, String password) {

    /** What a token is sent as. */
    static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

    private static final int MAX_MESSAGE_BYTES = 64 << 20;
    private static final long LOGIN_SECONDS = 10;
    private static final long KEEP_ALIVE_SECONDS = 30;

    /**
     * What flags say.
     *
     * @param values of the flags, by name
     * @param flag the one with the endpoints, separated by commas
     * @param usual the endpoints if that one isn't given
     * @param tls what the names of {@code cacert}, {@code cert} and {@code key} begin with
     * @param login what the names of {@code user} and {@code password} begin with
     * @return at least one
     */
    static List<ToolEndpoint> of(Map<String, String> values, String flag, String usual, String tls, String login) {
        if (values.containsKey(tls + "cert") != values.containsKey(tls + "key")) {
            throw ToolException.usage("--" + tls + "cert and --" + tls + "key belong together");
        }
        String user = values.getOrDefault(login + "user", "");
        int colon = user.indexOf(':');
        List<ToolEndpoint> endpoints = Arrays.stream(
                        values.getOrDefault(flag, usual).split(",", -1))
                .map(String::strip)
                .filter(endpoint -> !endpoint.isEmpty())
                .map(endpoint -> new ToolEndpoint(
                        endpoint,
                        values.getOrDefault(tls + "cacert", ""),
                        values.getOrDefault(tls + "cert", ""),
                        values.getOrDefault(tls + "key", ""),
                        colon < 0 ? user : user.substring(0, colon),
                        colon < 0 ? values.getOrDefault(login + "password", "") : user.substring(colon + 1)))
                .toList();
        if (endpoints.isEmpty()) {
            throw ToolException.usage("--" + flag + " names no server");
        }
        return endpoints;
    }

    /**
     * A channel, which is the caller's to shut down.
     *
     * @param flag what the endpoint was given by, for the message if it is none
     */
    ManagedChannel open(String flag) throws IOException {
        URI uri;
        try {
            uri = URI.create(endpoint.contains("://") ? endpoint : "http://" + endpoint);
        } catch (IllegalArgumentException e) {
            throw ToolException.usage(flag + ": \"" + endpoint + "\" is no URL with host and port", e);
        }
        if (uri.getHost() == null || uri.getPort() < 0) {
            throw ToolException.usage(flag + ": \"" + endpoint + "\" is no URL with host and port");
        }
        NettyChannelBuilder builder;
        if ("https".equals(uri.getScheme())) {
            TlsChannelCredentials.Builder tls = TlsChannelCredentials.newBuilder();
            if (!caCertificate.isEmpty()) {
                tls.trustManager(new File(caCertificate));
            }
            if (!certificate.isEmpty()) {
                tls.keyManager(new File(certificate), new File(key));
            }
            builder = NettyChannelBuilder.forAddress(uri.getHost(), uri.getPort(), tls.build());
        } else {
            builder =
                    NettyChannelBuilder.forAddress(uri.getHost(), uri.getPort()).usePlaintext();
        }
        return builder.maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                .build();
    }

    /** A token for user and password. */
    String login(Channel channel) {
        return AuthGrpc.newBlockingStub(channel)
                .withDeadlineAfter(LOGIN_SECONDS, TimeUnit.SECONDS)
                .authenticate(AuthenticateRequest.newBuilder()
                        .setName(user)
                        .setPassword(password)
                        .build())
                .getToken();
    }

    /** What a server said, or why it couldn't be asked. */
    static String reason(StatusRuntimeException failure) {
        Throwable cause = failure.getCause();
        if (cause == null) {
            String said = failure.getStatus().getDescription();
            return said == null ? failure.getStatus().getCode().toString() : said;
        }
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getClass().getSimpleName() + ": " + cause.getMessage();
    }
}
