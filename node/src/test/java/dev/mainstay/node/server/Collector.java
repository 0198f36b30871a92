package dev.mainstay.node.server;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** What receives traces: the collector's side of OTLP over gRPC. */
final class Collector extends TraceServiceGrpc.TraceServiceImplBase implements AutoCloseable {

    private static final long PATIENCE_NANOS = 20_000_000_000L;

    private final List<Span> spans = new CopyOnWriteArrayList<>();
    private final List<Resource> resources = new CopyOnWriteArrayList<>();
    private final boolean keeps;
    private final Server server;

    Collector() throws IOException {
        this(true);
    }

    /** @param keeps whether it remembers what it gets */
    Collector(boolean keeps) throws IOException {
        this.keeps = keeps;
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(this)
                .build()
                .start();
    }

    /** The flags of a member that sends its traces here. */
    String[] flags(int perMillion) {
        return new String[] {
            "--enable-distributed-tracing",
            "--distributed-tracing-address=127.0.0.1:" + server.getPort(),
            "--distributed-tracing-instance-id=one",
            "--distributed-tracing-sampling-rate=" + perMillion
        };
    }

    @Override
    public void export(ExportTraceServiceRequest request, StreamObserver<ExportTraceServiceResponse> observer) {
        if (keeps) {
            request.getResourceSpansList().forEach(from -> {
                resources.add(from.getResource());
                from.getScopeSpansList().forEach(scope -> spans.addAll(scope.getSpansList()));
            });
        }
        observer.onNext(ExportTraceServiceResponse.getDefaultInstance());
        observer.onCompleted();
    }

    List<Span> spans() {
        return List.copyOf(spans);
    }

    List<Resource> resources() {
        return List.copyOf(resources);
    }

    /** The spans of a trace, once they fulfil a condition. */
    List<Span> trace(String traceId, Predicate<List<Span>> complete) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            List<Span> found = spans().stream()
                    .filter(span -> hex(span.getTraceId()).equals(traceId))
                    .toList();
            if (complete.test(found)) {
                return found;
            }
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("in time came only " + found);
            }
            Thread.sleep(20);
        }
    }

    static String hex(com.google.protobuf.ByteString id) {
        return HexFormat.of().formatHex(id.toByteArray());
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}
