package dev.mainstay.node.api;

import dev.mainstay.node.api.auth.Authentication;
import dev.mainstay.node.api.transport.CallerCertificate;
import io.grpc.Attributes;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Gives each call the {@link Identity} that its metadata show. A call with a token that another member has just made waits
 * until this one has caught up with the log. Streams have an identity even while authentication is off, since they may last
 * until it is on.
 */
final class Identification implements ServerInterceptor {

    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    /** Set for requests that a gateway passes on: its certificate says nothing of whom it does that for. */
    private static final Metadata.Key<String> GATEWAY =
            Metadata.Key.of("grpcgateway-accept", Metadata.ASCII_STRING_MARSHALLER);

    private static final String BEARER = "Bearer ";

    private final Authentication authentication;
    private final Reads reads;

    /** @param reads what it takes to have caught up */
    Identification(Authentication authentication, Reads reads) {
        this.authentication = authentication;
        this.reads = reads;
    }

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
            ServerCall<ReqT, RespT> call, Metadata metadata, ServerCallHandler<ReqT, RespT> next) {
        boolean brief = call.getMethodDescriptor().getType().clientSendsOneMessage();
        if (brief && !authentication.state().get().enabled()) {
            return next.startCall(call, metadata);
        }
        Identity identity = identity(call, metadata);
        ServerCall<ReqT, RespT> identified = new Identified<>(call, identity);
        if (!(identity.now() instanceof Identity.Who.Soon)) {
            return next.startCall(identified, metadata);
        }
        LateStart<ReqT> late = new LateStart<>();
        CompletableFuture<?> caughtUp = new CompletableFuture<>();
        reads.linearizable(_ -> caughtUp.complete(null));
        CompletableFuture<?> _ = caughtUp.thenRun(() -> late.start(() -> next.startCall(identified, metadata)));
        return late;
    }

    /** What a call shows of who makes it, also while authentication is off. */
    Identity identity(ServerCall<?, ?> call, Metadata metadata) {
        return Identity.of(authentication, token(metadata), commonName(call, metadata));
    }

    /** Whether a call came as JSON. */
    static boolean isThroughGateway(Metadata metadata) {
        return metadata.containsKey(GATEWAY);
    }

    private static @Nullable String token(Metadata metadata) {
        String token = metadata.get(TOKEN);
        if (token == null) {
            token = metadata.get(AUTHORIZATION);
        }
        return bare(token);
    }

    /** A token without the word that may stand before it. */
    static @Nullable String bare(@Nullable String token) {
        return token != null && token.startsWith(BEARER) ? token.substring(BEARER.length()) : token;
    }

    private String commonName(ServerCall<?, ?> call, Metadata metadata) {
        return !authentication.byCertificate() || isThroughGateway(metadata)
                ? ""
                : CallerCertificate.of(call).map(CallerCertificate::commonName).orElse("");
    }

    private static final class Identified<ReqT, RespT> extends SimpleForwardingServerCall<ReqT, RespT> {

        private final Attributes attributes;

        Identified(ServerCall<ReqT, RespT> call, Identity identity) {
            super(call);
            this.attributes =
                    call.getAttributes().toBuilder().set(Identity.KEY, identity).build();
        }

        @Override
        public Attributes getAttributes() {
            return attributes;
        }
    }
}
