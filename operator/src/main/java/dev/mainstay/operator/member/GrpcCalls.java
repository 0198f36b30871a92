package dev.mainstay.operator.member;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Function;
import javax.net.ssl.SSLException;

/** Calls over a channel each. */
final class GrpcCalls {

    private GrpcCalls() {}

    /** Calls {@code endpoint}; what fails becomes a {@link MemberCallException}. */
    static <T> T call(String what, Endpoint endpoint, Duration limit, Function<ManagedChannel, T> calls) {
        ManagedChannel channel = channel(what, endpoint);
        try {
            return calls.apply(channel);
        } catch (StatusRuntimeException e) {
            throw new MemberCallException(what + " (at most " + limit.toSeconds() + " s)", endpoint.client(), e);
        } finally {
            channel.shutdownNow();
        }
    }

    private static ManagedChannel channel(String what, Endpoint endpoint) {
        NettyChannelBuilder builder = NettyChannelBuilder.forTarget("dns:///" + endpoint.client());
        ClientIdentity identity = endpoint.identity();
        if (identity == null) {
            return builder.usePlaintext().build();
        }
        try {
            SslContextBuilder tls = GrpcSslContexts.forClient();
            if (!identity.authorities().isEmpty()) {
                tls.trustManager(stream(identity.authorities()));
            }
            if (!identity.certificate().isEmpty()) {
                tls.keyManager(stream(identity.certificate()), stream(identity.key()));
            }
            return builder.overrideAuthority(endpoint.name())
                    .sslContext(tls.build())
                    .build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new MemberCallException(what + " (no usable certificate)", endpoint.client(), e);
        }
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }
}
