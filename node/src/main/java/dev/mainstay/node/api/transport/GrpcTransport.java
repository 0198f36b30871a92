package dev.mainstay.node.api.transport;

import io.grpc.Attributes;
import io.grpc.Decompressor;
import io.grpc.DecompressorRegistry;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Serves gRPC calls that arrive as HTTP/2 requests of a Vert.x server.
 *
 * <p>One instance may serve any number of listeners. {@link #handle} runs on the event loop of the request's connection, and
 * so do all callbacks of a call; responses may come from any thread. What a refusal says is what etcd's own gRPC library says.
 */
public final class GrpcTransport {

    private static final Logger LOG = Logger.getLogger(GrpcTransport.class.getName());
    private static final int STREAM_WINDOW_BYTES = 1 << 20;
    private static final int CONNECTION_WINDOW_BYTES = 4 << 20;
    private static final int UNSUPPORTED_MEDIA_TYPE = 415;
    private static final Status STOPPED = Status.UNAVAILABLE.withDescription("etcdserver: server stopped");

    private final Map<String, Mounted<?, ?>> methods = new HashMap<>();
    private final Set<String> serviceNames = new HashSet<>();
    private final TransportLimits limits;
    private final OpenCalls open;
    private final Intake intake;

    /**
     * Mounts services.
     *
     * @param interceptors around every call, the first one outermost
     */
    public GrpcTransport(
            List<ServerServiceDefinition> services, List<ServerInterceptor> interceptors, TransportLimits limits) {
        this(services, interceptors, limits, CallMeter.NONE);
    }

    /**
     * Mounts services.
     *
     * @param interceptors around every call, the first one outermost
     * @param meter hears of every call, those refused by interceptors too
     */
    public GrpcTransport(
            List<ServerServiceDefinition> services,
            List<ServerInterceptor> interceptors,
            TransportLimits limits,
            CallMeter meter) {
        this.limits = limits;
        this.open = new OpenCalls(limits.maxOpenCalls());
        this.intake = new Intake(limits.maxUnfinishedBytes());
        for (ServerServiceDefinition service : services) {
            serviceNames.add(service.getServiceDescriptor().getName());
            for (ServerMethodDefinition<?, ?> method :
                    ServerInterceptors.interceptForward(service, interceptors).getMethods()) {
                MethodDescriptor<?, ?> descriptor = method.getMethodDescriptor();
                methods.put(
                        "/" + descriptor.getFullMethodName(),
                        new Mounted<>(method, CallMeter.mount(meter, descriptor)));
            }
        }
    }

    /** Whether a request is gRPC: HTTP/2 with a content type that starts with {@code application/grpc}. */
    public static boolean handles(HttpServerRequest request) {
        if (request.version() != HttpVersion.HTTP_2) {
            return false;
        }
        String contentType = request.getHeader(CallHeaders.CONTENT_TYPE);
        return contentType != null && contentType.startsWith("application/grpc");
    }

    /** What is known of a connection, as calls over it see it; call on its event loop. */
    public static Attributes attributes(HttpConnection connection) {
        return Connection.of(connection).attributes();
    }

    /**
     * Ends a connection with {@code GOAWAY too_many_pings} if its client pings too often, and one that sends thousands of
     * other frames that ask for nothing; call on its event loop, when it begins. Nothing happens to one of HTTP/1.
     *
     * @param minTime between two pings while calls are open; zero for gRPC's five minutes
     * @param onPings told when a connection ends for its pings; other floods are told to its exception handler
     */
    public static void limitFrames(HttpConnection connection, Duration minTime, Runnable onPings) {
        Connection.limitFrames(connection, minTime, onPings);
    }

    /** Sets what a listener needs for gRPC: HTTP/2 windows, and streams without a small limit. */
    public static HttpServerOptions prepare(HttpServerOptions options, long maxConcurrentStreams) {
        Http2Settings settings = options.getInitialSettings();
        // Vert.x doesn't announce 2^32-1, and grpc-java takes that for 100
        settings.setMaxConcurrentStreams(Math.min(maxConcurrentStreams, Integer.MAX_VALUE));
        settings.setInitialWindowSize(STREAM_WINDOW_BYTES);
        return options.setHttp2ConnectionWindowSize(CONNECTION_WINDOW_BYTES)
                .setInitialSettings(settings)
                .setHandle100ContinueAutomatically(false);
    }

    /** Takes over a request for which {@link #handles} is true. Call on its event loop, before its body arrives. */
    public void handle(HttpServerRequest request) {
        Refusal refusal = refusal(request);
        if (refusal != null) {
            refuse(request, refusal);
            return;
        }
        String path = Objects.requireNonNullElse(request.path(), "");
        Mounted<?, ?> method = methods.get(path);
        if (method == null) {
            refuse(request, new Refusal(200, Status.UNIMPLEMENTED.withDescription(unknown(path))));
            return;
        }
        if (open.isFull()) {
            refuse(
                    request,
                    new Refusal(
                            200,
                            Status.RESOURCE_EXHAUSTED.withDescription(
                                    "etcdserver: too many open calls (--max-open-calls=" + limits.maxOpenCalls()
                                            + ")")));
            return;
        }
        Connection connection = Connection.of(request.connection());
        if (connection.backlog().isFull()
                && method.method().getMethodDescriptor().getType().serverSendsOneMessage()) {
            startLater(request, connection, method);
        } else {
            start(request, connection, method);
        }
    }

    /** Refuses calls from now on and ends the open streams; calls with a single answer go on. Any thread. */
    public void stop() {
        open.stop(STOPPED);
    }

    /** How many calls are under way; inexact while calls come in. */
    public long openCalls() {
        return open.count();
    }

    /** How many calls were refused since there were as many as there may be. */
    public long refusedCalls() {
        return open.refused();
    }

    /** The requests that have begun to come. */
    public Intake intake() {
        return intake;
    }

    /** The client doesn't take the answers it has: it gets no more of them for now. */
    private void startLater(HttpServerRequest request, Connection connection, Mounted<?, ?> method) {
        request.pause();
        boolean kept = connection
                .backlog()
                .keep(() -> connection.loop().execute(() -> {
                    start(request, connection, method);
                    request.resume();
                }));
        if (!kept) {
            request.resume();
            refuse(request, new Refusal(200, Status.RESOURCE_EXHAUSTED.withDescription("too many unread answers")));
        }
    }

    private <ReqT, RespT> void start(HttpServerRequest request, Connection connection, Mounted<ReqT, RespT> mounted) {
        ServerMethodDefinition<ReqT, RespT> method = mounted.method();
        long timeoutNanos = 0;
        Decompressor decompressor = null;
        try {
            String timeout = request.getHeader("grpc-timeout");
            if (timeout != null) {
                timeoutNanos = Math.max(1, CallHeaders.timeoutNanos(timeout));
            }
            decompressor = decompressor(request.getHeader("grpc-encoding"));
        } catch (IllegalArgumentException e) {
            refuse(request, new Refusal(400, Status.INTERNAL.withDescription(e.getMessage())));
            return;
        } catch (StatusRuntimeException e) {
            refuse(request, new Refusal(200, e.getStatus()));
            return;
        }
        TransportCall<ReqT, RespT> call = new TransportCall<>(
                request,
                connection,
                method.getMethodDescriptor(),
                new Deframer(limits.maxMessageBytes(), decompressor),
                mounted.meter(),
                open,
                intake,
                limits.requestTimeout());
        call.attach();
        if (open.isStopped()) {
            call.abort(STOPPED);
            return;
        }
        ServerCall.Listener<ReqT> listener;
        try {
            listener = method.getServerCallHandler().startCall(call, CallHeaders.metadata(request.headers()));
        } catch (StatusRuntimeException e) {
            call.abort(e.getStatus());
            return;
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, e, () -> "a call of " + request.path() + " did not start");
            call.abort(Status.UNKNOWN.withDescription("Application error processing RPC"));
            return;
        }
        call.start(listener, timeoutNanos);
    }

    private static @Nullable Decompressor decompressor(@Nullable String encoding) {
        if (encoding == null || encoding.equals("identity")) {
            return null;
        }
        Decompressor found = DecompressorRegistry.getDefaultInstance().lookupDecompressor(encoding);
        if (found == null) {
            throw Status.UNIMPLEMENTED
                    .withDescription("grpc: Decompressor is not installed for grpc-encoding \"" + encoding + "\"")
                    .asRuntimeException();
        }
        return found;
    }

    private String unknown(String path) {
        int slash = path.lastIndexOf('/');
        if (slash <= 0) {
            return "malformed method name: \"" + path + "\"";
        }
        String service = path.substring(1, slash);
        return serviceNames.contains(service)
                ? "unknown method " + path.substring(slash + 1) + " for service " + service
                : "unknown service " + service;
    }

    private static @Nullable Refusal refusal(HttpServerRequest request) {
        String contentType = request.getHeader(CallHeaders.CONTENT_TYPE);
        String subtype = contentType.substring("application/grpc".length());
        if (!subtype.isEmpty() && subtype.charAt(0) != '+' && subtype.charAt(0) != ';') {
            return new Refusal(
                    UNSUPPORTED_MEDIA_TYPE,
                    Status.INVALID_ARGUMENT.withDescription(
                            "invalid gRPC request content-type \"" + contentType + "\""));
        }
        if (!request.method().equals(HttpMethod.POST)) {
            return new Refusal(
                    405,
                    Status.INTERNAL.withDescription(
                            "Received a HEADERS frame with :method \"" + request.method() + "\" which should be POST"));
        }
        return null;
    }

    private static void refuse(HttpServerRequest request, Refusal refusal) {
        HttpServerResponse response = request.response().setStatusCode(refusal.httpStatus());
        response.putHeader(CallHeaders.CONTENT_TYPE, CallHeaders.GRPC);
        response.headersEndHandler(_ -> response.headers().remove(CallHeaders.CONTENT_LENGTH));
        CallHeaders.put(refusal.status(), response.headers());
        var _ = response.end().onComplete(_ -> TransportCall.letGo(request));
    }

    private record Mounted<ReqT, RespT>(ServerMethodDefinition<ReqT, RespT> method, CallMeter.Method meter) {}

    private record Refusal(int httpStatus, Status status) {}
}
