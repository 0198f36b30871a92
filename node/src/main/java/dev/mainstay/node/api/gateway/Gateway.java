package dev.mainstay.node.api.gateway;

import dev.mainstay.node.api.Statuses;
import dev.mainstay.node.api.local.LocalMethods;
import dev.mainstay.node.api.transport.CallMeter;
import dev.mainstay.node.api.transport.GrpcTransport;
import dev.mainstay.node.api.transport.Intake;
import dev.mainstay.node.common.ErrorCode;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Serves the methods of gRPC services as JSON: one request and one answer, or streams of both in lines, over HTTP/1.1, HTTP/2
 * and WebSockets. Requests come in on their event loops; JSON is read and written on virtual threads.
 */
public final class Gateway {

    /** HTTP/2's code for a stream that is of no use any more. */
    private static final long CANCEL = 8;

    private final LocalMethods methods;
    private final GatewayLimits limits;
    private final AnswerBudget budget;
    private final Intake intake;
    private final LateRequests late;
    private final AtomicInteger open = new AtomicInteger();
    private volatile boolean stopped;

    /**
     * Mounts services.
     *
     * @param services with everything that stands in front of them
     * @param meter hears of every call, as it does of those over gRPC
     * @param intake counts requests that have begun to come
     * @param late told of each request that didn't come in time
     */
    public Gateway(
            List<ServerServiceDefinition> services,
            GatewayLimits limits,
            CallMeter meter,
            Intake intake,
            LateRequests late) {
        this.intake = intake;
        this.late = late;
        this.methods = new LocalMethods(services, Thread::startVirtualThread, meter);
        this.limits = limits;
        this.budget = new AnswerBudget(limits.maxAnswerBytes());
    }

    /** Hears of requests that came too late. */
    public interface LateRequests {

        /** A request didn't come within so many milliseconds, so that its connection, or its stream of HTTP/2, is closed. */
        void late(HttpConnection connection, long millis);
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
        GatewayCall call = new GatewayCall(
                route,
                exchange,
                methods,
                GatewayHeaders.metadata(request.headers()),
                GrpcTransport.attributes(request.connection()),
                limits,
                budget,
                intake,
                open::decrementAndGet);
        if (!route.manyRequests() && !limits.requestTimeout().isZero()) {
            cutIfLate(request, call);
        }
        call.begin();
    }

    /** Who sends a byte now and then would otherwise hold a call for ever. */
    private void cutIfLate(HttpServerRequest request, GatewayCall call) {
        Context loop = Objects.requireNonNull(Vertx.currentContext());
        long millis = limits.requestTimeout().toMillis();
        long timer = loop.owner().setTimer(millis, _ -> {
            if (!call.hasStarted()) {
                late.late(request.connection(), millis);
                if (request.version() == HttpVersion.HTTP_2) {
                    request.response().reset(CANCEL);
                } else {
                    var _ = request.connection().close();
                }
            }
        });
        call.onOver(() -> loop.owner().cancelTimer(timer));
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
