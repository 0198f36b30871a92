package dev.mainstay.e2e.differential;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who asks, by the names that scripts have for them: {@code ann} is who bears the newest token that ann was given, {@code ann~}
 * bears the one before, {@code ann^} bears the newest in the header that HTTP has for it, {@code !text} bears just this text.
 * Who has no token yet, and the empty name, ask without one. One thread.
 */
final class Callers {
    /** Behind a name: the token before the newest. */
    static final String EARLIER = "~";
    /** Behind a name: the newest token in the header that HTTP has for it. */
    static final String OTHER_HEADER = "^";
    /** Before a text that is no token. */
    static final String LITERAL = "!";

    private static final Metadata.Key<String> TOKEN = key("token");
    private static final Metadata.Key<String> AUTHORIZATION = key("authorization");

    private final Map<String, String> newest = new HashMap<>();
    private final Map<String, String> earlier = new HashMap<>();

    /** A user was given a token. */
    void given(String user, String token) {
        String before = newest.put(user, token);
        if (before != null) {
            earlier.put(user, before);
        }
    }

    /** The connection as this caller has it. */
    Channel on(Channel channel, String caller) {
        String token = token(caller);
        if (token == null) {
            return channel;
        }
        Metadata metadata = new Metadata();
        if (caller.endsWith(OTHER_HEADER)) {
            metadata.put(AUTHORIZATION, token);
        } else {
            metadata.put(TOKEN, token);
        }
        return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(metadata));
    }

    /** What this caller bears, if anything. */
    @Nullable
    String token(String caller) {
        if (caller.startsWith(LITERAL)) {
            return caller.substring(LITERAL.length());
        }
        if (caller.endsWith(EARLIER)) {
            return earlier.get(caller.substring(0, caller.length() - EARLIER.length()));
        }
        return newest.get(
                caller.endsWith(OTHER_HEADER) ? caller.substring(0, caller.length() - OTHER_HEADER.length()) : caller);
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }
}
