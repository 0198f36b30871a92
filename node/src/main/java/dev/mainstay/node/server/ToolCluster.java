package dev.mainstay.node.server;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.KVGrpc;
import dev.mainstay.etcd.proto.RangeRequest;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A cluster that a tool calls at one of its endpoints, and at the next when that doesn't answer. Logs in by itself where that is asked
 * for. Owned by one thread; close it.
 */
final class ToolCluster implements AutoCloseable {

    /** How long a cluster may be silent. */
    static final Duration PATIENCE = Duration.ofMinutes(5);

    private static final long CALL_SECONDS = 20;
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 2_000;
    private static final ByteString ANY_KEY = ByteString.copyFrom(new byte[1]);
    private static final String NO_AUTH = "authentication is not enabled";
    private static final String NO_USER = "user name is empty";
    private static final String TOO_MANY = "too many requests";

    private final String flag;
    private final List<ToolEndpoint> endpoints;
    private final LongSupplier nanoClock;
    private int at;
    private @Nullable ManagedChannel open;
    private @Nullable String token;

    /**
     * A call.
     *
     * @param <T> what it answers
     */
    interface Call<T> {

        /** Makes it; deadlines are the call's own. */
        T on(Channel channel);
    }

    /**
     * @param flag what the endpoints were given by
     * @param endpoints at least one
     */
    ToolCluster(String flag, List<ToolEndpoint> endpoints, LongSupplier nanoClock) {
        this.flag = flag;
        this.endpoints = List.copyOf(endpoints);
        this.nanoClock = nanoClock;
    }

    /** What it is called in messages. */
    String name() {
        return endpoints.get(at).endpoint();
    }

    /** Makes a call of some seconds at most; where nobody answers, again and elsewhere. So it may be made twice. */
    <T> T call(Call<T> call) throws IOException {
        return call(Duration.ofSeconds(CALL_SECONDS), call);
    }

    /**
     * The same for one that takes longer.
     *
     * @throws ToolException if it is refused, or nobody has answered for {@link #PATIENCE}
     */
    <T> T call(Duration limit, Call<T> call) throws IOException {
        long since = nanoClock.getAsLong();
        long pauseMillis = FIRST_PAUSE_MILLIS;
        boolean loggedIn = false;
        while (true) {
            StatusRuntimeException failure;
            try {
                return call.on(limited(channel(), limit));
            } catch (StatusRuntimeException e) {
                failure = e;
            }
            if (!loggedIn && wantsLogin(failure)) {
                StatusRuntimeException refused = login();
                if (refused == null) {
                    loggedIn = true;
                    continue;
                }
                failure = refused;
            }
            if (!isPassing(failure) || nanoClock.getAsLong() - since > PATIENCE.toNanos()) {
                throw new Refusal(failure.getStatus(), name() + ": " + ToolEndpoint.reason(failure));
            }
            loggedIn = false;
            pause(pauseMillis);
            pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, pauseMillis * 2);
            next();
        }
    }

    /** A cluster said no. */
    static final class Refusal extends IOException {

        private static final long serialVersionUID = 1;

        private final transient Status status;

        Refusal(Status status, String message) {
            super(message);
            this.status = status;
        }

        /** Whether it said it in these words. */
        boolean says(String text) {
            String description = status.getDescription();
            return description != null && description.contains(text);
        }

        Status.Code code() {
            return status.getCode();
        }
    }

    /** The newest revision, as of now. */
    long revision() throws IOException {
        return call(channel -> KVGrpc.newBlockingStub(channel)
                .range(RangeRequest.newBuilder()
                        .setKey(ANY_KEY)
                        .setCountOnly(true)
                        .build())
                .getHeader()
                .getRevision());
    }

    /** The channel in use, with what a login has brought. */
    Channel channel() throws IOException {
        ManagedChannel channel = open;
        if (channel == null) {
            channel = endpoints.get(at).open(flag);
            open = channel;
        }
        String known = token;
        return known == null ? channel : ClientInterceptors.intercept(channel, new Bearer(known));
    }

    /** The endpoint in use, to be called by somebody else. */
    ToolEndpoint endpoint() {
        ToolEndpoint now = endpoints.get(at);
        return token != null
                ? now
                : new ToolEndpoint(now.endpoint(), now.caCertificate(), now.certificate(), now.key(), "", "");
    }

    /** Goes to the next endpoint. */
    void next() {
        close();
        at = (at + 1) % endpoints.size();
    }

    /** Gets a token, if there are any; why not. */
    private @Nullable StatusRuntimeException login() throws IOException {
        ToolEndpoint endpoint = endpoints.get(at);
        if (endpoint.user().isEmpty()) {
            throw new Refusal(
                    Status.UNAUTHENTICATED,
                    endpoint.endpoint() + " asks who is calling: say so with --from-user root:<password>");
        }
        token = null;
        try {
            token = endpoint.login(channel());
            return null;
        } catch (StatusRuntimeException e) {
            String said = e.getStatus().getDescription();
            return said != null && said.contains(NO_AUTH) ? null : e;
        }
    }

    private static boolean wantsLogin(StatusRuntimeException e) {
        String said = e.getStatus().getDescription();
        return e.getStatus().getCode() == Status.Code.UNAUTHENTICATED || (said != null && said.contains(NO_USER));
    }

    private static boolean isPassing(StatusRuntimeException e) {
        String said = e.getStatus().getDescription();
        return switch (e.getStatus().getCode()) {
            case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED -> true;
            case RESOURCE_EXHAUSTED -> said != null && said.contains(TOO_MANY);
            default -> false;
        };
    }

    private static Channel limited(Channel channel, Duration limit) {
        return new Channel() {
            @Override
            public <ReqT, RespT> ClientCall<ReqT, RespT> newCall(
                    MethodDescriptor<ReqT, RespT> method, CallOptions options) {
                return channel.newCall(method, options.withDeadlineAfter(limit.toNanos(), TimeUnit.NANOSECONDS));
            }

            @Override
            public String authority() {
                return channel.authority();
            }
        };
    }

    private static void pause(long millis) throws IOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() {
        ManagedChannel channel = open;
        if (channel != null) {
            channel.shutdownNow();
        }
        open = null;
        token = null;
    }

    /** Shows a token with every call. */
    private record Bearer(String token) implements io.grpc.ClientInterceptor {

        @Override
        public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(
                MethodDescriptor<ReqT, RespT> method, CallOptions options, Channel next) {
            return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
                @Override
                public void start(Listener<RespT> listener, Metadata headers) {
                    headers.put(ToolEndpoint.TOKEN, token);
                    super.start(listener, headers);
                }
            };
        }
    }
}
