package dev.mainstay.node.api.gateway;

import dev.mainstay.node.api.Statuses;
import dev.mainstay.node.api.local.LocalMethods;
import dev.mainstay.node.api.transport.CallMeter;
import dev.mainstay.node.api.transport.GrpcTransport;
import dev.mainstay.node.common.ErrorCode;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Serves the methods of gRPC services as JSON: one request and one answer, or streams of both in lines, over HTTP/1.1, HTTP/2
 * and WebSockets. Requests come in on their event loops; JSON is read and written on virtual threads.
 */
public final class Gateway {

    private final LocalMethods methods;
    private final GatewayLimits limits;
    private final AnswerBudget budget;
    private final AtomicInteger open = new AtomicInteger();
    private volatile boolean stopped;

    /**
     * Mounts services.
     *
     * @param services with everything that stands in front of them
     * @param meter hears of every call, as it does of those over gRPC
     */
    public Gateway(List<ServerServiceDefinition> services, GatewayLimits limits, CallMeter meter) {
        this.methods = new LocalMethods(services, Thread::startVirtualThread, meter);
        this.limits = limits;
        this.budget = new AnswerBudget(limits.maxAnswerBytes());
    }

    /** Whether a path is the gateway's. */
    public static boolean covers(String path) {
        return Routes.covers(path);
    }

    /** Answers a request for a path that is the gateway's. Call on its event loop, before its body arrives. */
    public void handle(HttpServerRequest request) {
        boolean socket = asksForSocket(request);
        Route route = Routes.of(decoded(request));
        if (route == null) {
            refuse(request, Status.NOT_FOUND.withDescription("Not Found"));
        } else if (!socket && !HttpMethod.POST.equals(request.method())) {
            refuse(request, Status.UNIMPLEMENTED.withDescription("Method Not Allowed"));
        } else if (!methods.has(route.name())) {
            refuse(
                    request,
                    Status.UNIMPLEMENTED.withDescription(
                            "unknown method " + route.method().getBareMethodName() + " for service "
                                    + route.method().getServiceName()));
        } else if (stopped) {
            refuse(request, Statuses.of(ErrorCode.STOPPED));
        } else if (open.incrementAndGet() > limits.maxCalls()) {
            open.decrementAndGet();
            refuse(request, Statuses.of(ErrorCode.TOO_MANY_REQUESTS));
        } else {
            begin(route, request, socket ? new SocketExchange(request) : new HttpExchange(request));
        }
    }

    /** Calls under way, streams included. */
    public int openCalls() {
        return open.get();
    }

    /** Bytes of answers, in their wire form, that are being written as JSON. */
    public long answerBytes() {
        return budget.used();
    }

    /** Refuses calls from now on and ends the open streams. Any thread. */
    public void stop() {
        stopped = true;
        methods.endStreams(Statuses.of(ErrorCode.STOPPED));
    }

    private void begin(Route route, HttpServerRequest request, Exchange exchange) {
        new GatewayCall(
                        route,
                        exchange,
                        methods,
                        GatewayHeaders.metadata(request.headers()),
                        GrpcTransport.attributes(request.connection()),
                        limits,
                        budget,
                        open::decrementAndGet)
                .begin();
    }

    /** The path without its escapes, so that {@code %2F} is as good as a slash; as it is if they are none. */
    private static String decoded(HttpServerRequest request) {
        String path = String.valueOf(request.path());
        try {
            return path.indexOf('%') < 0 ? path : new QueryStringDecoder(path).path();
        } catch (IllegalArgumentException e) {
            return path;
        }
    }

    private static boolean asksForSocket(HttpServerRequest request) {
        return request.version() == HttpVersion.HTTP_1_1
                && HttpMethod.GET.equals(request.method())
                && "websocket".equalsIgnoreCase(request.getHeader("upgrade"));
    }

    private static void refuse(HttpServerRequest request, Status status) {
        request.response()
                .setStatusCode(HttpStatuses.of(status.getCode()))
                .putHeader("Content-Type", "application/json")
                .end(HttpStatuses.body(status));
    }
}
