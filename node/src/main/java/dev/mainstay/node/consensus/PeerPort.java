package dev.mainstay.node.consensus;

import dev.mainstay.node.consensus.PeerException.Reason;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.ServerServiceDefinition;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyServerBuilder;
import org.apache.ratis.thirdparty.io.grpc.stub.ServerCalls;
import org.apache.ratis.thirdparty.io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The serving side of the peer port: Ratis' own service between peers, and ours. Ratis also offers its client and admin
 * services there, with which anybody could write to the log past every check: those are refused.
 */
final class PeerPort implements GrpcServices.Customizer, ServerInterceptor, PeerMethods, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PeerPort.class);

    private final String cluster;
    private final List<InetSocketAddress> alsoListen;
    private final PeerSecurity security;
    private final PeerMeter meter;
    private final PeerTraffic traffic;
    private final PeerCallThreads threads = new PeerCallThreads();
    private final Map<PeerMethod, Handler> handlers = new EnumMap<>(PeerMethod.class);
    private volatile LongSupplier flushed = () -> RaftLog.INVALID_LOG_INDEX;

    /**
     * @param cluster as {@link PeerWire#clusterName} has it
     * @param alsoListen addresses to listen on beside the one that Ratis knows of
     * @param security how the others are spoken to
     */
    PeerPort(String cluster, List<InetSocketAddress> alsoListen, PeerSecurity security, PeerMeter meter) {
        this.cluster = cluster;
        this.alsoListen = alsoListen;
        this.security = security;
        this.meter = meter;
        this.traffic = new PeerTraffic(meter);
    }

    /** @param lastIndex the last entry of the log that the disk has, as Ratis counts; nothing is acknowledged before it's known */
    void logFlushedTo(LongSupplier lastIndex) {
        flushed = lastIndex;
    }

    @Override
    public synchronized void register(PeerMethod method, Handler handler) {
        if (handlers.putIfAbsent(method, handler) != null) {
            throw new IllegalStateException(method + " has a handler already");
        }
    }

    /** Answers in this process. */
    CompletableFuture<byte[]> answer(PeerMethod method, long from, byte[] request, @Nullable String traceparent) {
        Handler handler;
        synchronized (this) {
            handler = handlers.get(method);
        }
        if (handler == null) {
            return CompletableFuture.failedFuture(new PeerException(Reason.REFUSED, method + " is not answered here"));
        }
        try {
            return handler.handle(from, request, traceparent);
        } catch (RuntimeException e) {
            LOG.warn("answering a peer's {} failed", method, e);
            return CompletableFuture.failedFuture(new PeerException(Reason.FAILED, e.toString()));
        }
    }

    @Override
    public NettyServerBuilder customize(NettyServerBuilder builder, EnumSet<GrpcServices.Type> types) {
        alsoListen.forEach(builder::addListenAddress);
        ServerServiceDefinition.Builder service = ServerServiceDefinition.builder(PeerWire.SERVICE);
        for (PeerMethod method : PeerMethod.values()) {
            service.addMethod(PeerWire.descriptor(method), handler(method));
        }
        return security.secure(builder)
                .directExecutor()
                .callExecutor(threads)
                .intercept(this)
                .addService(service.build());
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        String service = call.getMethodDescriptor().getServiceName();
        if (RaftServerProtocolServiceGrpc.SERVICE_NAME.equals(service)) {
            return traffic.measured(new FlushedAnswers<>(call, () -> flushed.getAsLong()), headers, next);
        }
        if (PeerWire.SERVICE.equals(service)) {
            return next.startCall(call, headers);
        }
        return refuse(call, Status.PERMISSION_DENIED.withDescription("only peers talk here"));
    }

    private ServerCallHandler<byte[], byte[]> handler(PeerMethod method) {
        return (call, headers) -> {
            String theirs = headers.get(PeerWire.CLUSTER);
            if (method != PeerMethod.IDENTIFY && !cluster.equals(theirs)) {
                return refuse(
                        call,
                        Status.FAILED_PRECONDITION.withDescription(
                                "this is a member of cluster " + cluster + ", the caller is of " + theirs));
            }
            long from;
            try {
                from = Long.parseUnsignedLong(String.valueOf(headers.get(PeerWire.FROM)), 16);
            } catch (NumberFormatException e) {
                return refuse(call, Status.INVALID_ARGUMENT.withDescription("a call without a member id"));
            }
            String traceparent = headers.get(PeerWire.TRACE);
            return ServerCalls.<byte[], byte[]>asyncUnaryCall((request, observer) -> {
                        received(from, request.length);
                        var _ = answer(method, from, request, traceparent)
                                .whenComplete((answer, thrown) -> respond(from, observer, answer, thrown));
                    })
                    .startCall(call, headers);
        };
    }

    private void received(long from, int bytes) {
        if (from != PeerWire.STRANGER) {
            meter.received(from, bytes);
        }
    }

    private void respond(long from, StreamObserver<byte[]> observer, byte[] answer, Throwable thrown) {
        if (thrown == null) {
            if (from != PeerWire.STRANGER) {
                meter.sent(from, answer.length);
            }
            observer.onNext(answer);
            observer.onCompleted();
            return;
        }
        Throwable cause = thrown instanceof CompletionException wrapped && wrapped.getCause() != null
                ? wrapped.getCause()
                : thrown;
        Status status = cause instanceof PeerException failure && failure.reason() == Reason.REFUSED
                ? Status.UNIMPLEMENTED
                : Status.ABORTED;
        observer.onError(status.withDescription(cause.getMessage()).asRuntimeException());
    }

    /** Calls of peers that are being answered, those apart that the network's threads answer. */
    int callsRunning() {
        return threads.running();
    }

    /** To be called when the port is closed. */
    @Override
    public void close() {
        threads.close();
    }

    private static <Q, A> ServerCall.Listener<Q> refuse(ServerCall<Q, A> call, Status status) {
        call.close(status, new Metadata());
        return new ServerCall.Listener<>() {};
    }
}
