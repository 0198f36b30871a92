package dev.mainstay.operator.tracing;

import com.google.protobuf.ByteString;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** What receives traces: the collector's side of OTLP over gRPC. */
public final class Collector extends TraceServiceGrpc.TraceServiceImplBase implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final List<Span> spans = new CopyOnWriteArrayList<>();
    private final List<Resource> resources = new CopyOnWriteArrayList<>();
    private final Server server;

    /** Listens. */
    public Collector() throws IOException {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(this)
                .build()
                .start();
    }

    /** Tracing that ends here; what it sends is here once it is closed. */
    public Tracing tracing(InstantSource clock, MeterRegistry meters) {
        return Tracing.of(
                new TraceSettings("http://127.0.0.1:" + server.getPort(), "mainstay-operator", "one", "1.0.0"),
                clock,
                meters);
    }

    /** Closes it, and waits for what it has still to send. */
    public static void finish(Tracing tracing) {
        tracing.close(PATIENCE);
    }

    @Override
    public void export(ExportTraceServiceRequest request, StreamObserver<ExportTraceServiceResponse> observer) {
        request.getResourceSpansList().forEach(from -> {
            resources.add(from.getResource());
            from.getScopeSpansList().forEach(scope -> spans.addAll(scope.getSpansList()));
        });
        observer.onNext(ExportTraceServiceResponse.getDefaultInstance());
        observer.onCompleted();
    }

    /** Who sent them. */
    public List<Resource> resources() {
        return List.copyOf(resources);
    }

    /** All of them. */
    public List<Span> spans() {
        return List.copyOf(spans);
    }

    /** Those of a trace. */
    public List<Span> trace(String traceId) {
        return spans.stream()
                .filter(span -> hex(span.getTraceId()).equals(traceId))
                .toList();
    }

    /** Attributes by name. */
    public static Map<String, String> attributes(Span span) {
        return span.getAttributesList().stream()
                .collect(Collectors.toMap(
                        attribute -> attribute.getKey(),
                        attribute -> attribute.getValue().getStringValue()));
    }

    /** An id as people write it. */
    public static String hex(ByteString id) {
        return HexFormat.of().formatHex(id.toByteArray());
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}
