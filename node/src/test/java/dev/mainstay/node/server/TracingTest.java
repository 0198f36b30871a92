package dev.mainstay.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.WatchCreateRequest;
import dev.mainstay.etcd.proto.WatchGrpc;
import dev.mainstay.etcd.proto.WatchRequest;
import dev.mainstay.etcd.proto.WatchResponse;
import dev.mainstay.node.observability.SlowLog;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a collector gets of calls. */
class TracingTest {

    private static final String SPAN = "00f067aa0ba902b7";
    private static final Set<String> ATTRIBUTES = Set.of(
            "rpc.system",
            "rpc.service",
            "rpc.method",
            "rpc.grpc.status_code",
            "mainstay.batch.commands",
            "mainstay.batch.traced",
            "mainstay.revision",
            "mainstay.events",
            "mainstay.leader",
            "mainstay.from");

    @TempDir
    Path temp;

    @Test
    void putOfATracedClientIsOneTraceDownToItsApply() throws Exception {
        String trace = traceId(1);
        try (Collector collector = new Collector();
                RunningMember member = new RunningMember(temp, collector.flags(0))) {
            put(traced(member, trace, true), "secret-key");

            List<Span> spans = collector.trace(trace, found -> found.size() >= 7);
            assertThat(spans.stream().map(Span::getName))
                    .containsExactlyInAnyOrder(
                            "etcdserverpb.KV/Put",
                            "queue",
                            "batch",
                            "raft append",
                            "raft replicate",
                            "apply",
                            "answer");
            Span call = named(spans, "etcdserverpb.KV/Put");
            assertThat(Collector.hex(call.getParentSpanId())).isEqualTo(SPAN);
            assertThat(call.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);
            assertThat(attributes(call))
                    .isEqualTo(Map.of(
                            "rpc.system", "grpc",
                            "rpc.service", "etcdserverpb.KV",
                            "rpc.method", "Put",
                            "rpc.grpc.status_code", "0"));
            Span batch = named(spans, "batch");
            for (String child : List.of("queue", "batch", "answer")) {
                assertThat(named(spans, child).getParentSpanId()).as(child).isEqualTo(call.getSpanId());
            }
            for (String child : List.of("raft append", "raft replicate", "apply")) {
                assertThat(named(spans, child).getParentSpanId()).as(child).isEqualTo(batch.getSpanId());
            }
            assertThat(batch.getLinksList()).singleElement().satisfies(link -> {
                assertThat(link.getSpanId()).isEqualTo(call.getSpanId());
                assertThat(link.getTraceId()).isEqualTo(call.getTraceId());
            });
            assertThat(attributes(batch)).containsEntry("mainstay.batch.traced", "1");
            inOrder(named(spans, "queue"), named(spans, "raft append"), named(spans, "apply"));
            for (Span span : spans) {
                assertThat(span.getStartTimeUnixNano())
                        .isBetween(call.getStartTimeUnixNano(), span.getEndTimeUnixNano());
                assertThat(span.getEndTimeUnixNano()).isLessThanOrEqualTo(call.getEndTimeUnixNano());
            }
            assertThat(collector.resources())
                    .allSatisfy(resource -> assertThat(resource.getAttributesList().stream()
                                    .collect(Collectors.toMap(
                                            KeyValue::getKey, a -> a.getValue().getStringValue())))
                            .containsEntry("service.name", "etcd")
                            .containsEntry("service.instance.id", "one")
                            .containsKey("mainstay.member"));
            onlyKnownAttributes(collector);
            assertThat(collector.spans().toString()).doesNotContain("secret-key", "secret-value");
        }
    }

    @Test
    void whatTheClientSaysOfSamplingCounts() throws Exception {
        try (Collector collector = new Collector();
                RunningMember member = new RunningMember(temp, collector.flags(0))) {
            put(member.channel(), "k");
            put(traced(member, traceId(1), false), "k");
            put(metadata(member, "nonsense"), "k");
            put(traced(member, traceId(2), true), "k");

            collector.trace(traceId(2), found -> found.size() >= 7);
            assertThat(traces(collector)).containsExactly(traceId(2));
        }
    }

    @Test
    void allAreTracedAtAFullRateButWhomTheClientSaysNotTo() throws Exception {
        try (Collector collector = new Collector();
                RunningMember member = new RunningMember(temp, collector.flags(1_000_000))) {
            put(traced(member, traceId(1), false), "k");
            put(member.channel(), "k");
            put(traced(member, traceId(2), true), "k");

            collector.trace(traceId(2), found -> found.size() >= 7);
            assertThat(traces(collector)).hasSize(2).contains(traceId(2)).doesNotContain(traceId(1));
            assertThat(collector.spans().stream()
                            .filter(span -> span.getParentSpanId().isEmpty())
                            .map(Span::getName))
                    .containsExactly("etcdserverpb.KV/Put");
        }
    }

    @Test
    void batchOfManyCallsLinksToEachAndEachFindsIt() throws Exception {
        int calls = 60;
        try (Collector collector = new Collector();
                RunningMember member = new RunningMember(temp, collector.flags(0))) {
            List<CompletableFuture<Void>> puts = IntStream.rangeClosed(1, calls)
                    .mapToObj(i -> CompletableFuture.runAsync(
                            () -> put(traced(member, traceId(i), true), "k" + i),
                            task -> Thread.ofVirtual().start(task)))
                    .toList();
            CompletableFuture.allOf(puts.toArray(CompletableFuture[]::new)).get(20, TimeUnit.SECONDS);
            for (int i = 1; i <= calls; i++) {
                collector.trace(traceId(i), found -> count(found, "answer") == 1 && count(found, "queue") == 1);
            }

            List<Span> batches = collector.spans().stream()
                    .filter(span -> span.getName().equals("batch"))
                    .toList();
            Set<ByteString> linked = new TreeSet<>(ByteString.unsignedLexicographicalComparator());
            batches.forEach(batch -> batch.getLinksList().forEach(link -> {
                assertThat(linked.add(link.getSpanId())).isTrue();
                if (!link.getTraceId().equals(batch.getTraceId())) {
                    assertThat(span(collector, link.getSpanId()).getLinksList())
                            .anyMatch(back -> back.getSpanId().equals(batch.getSpanId()));
                }
            }));
            assertThat(linked).hasSize(calls);
            assertThat(batches).hasSizeLessThan(calls);
        }
    }

    @Test
    void watchDeliveryIsLinkedToTheWrite() throws Exception {
        try (Collector collector = new Collector();
                RunningMember member = new RunningMember(temp, collector.flags(0))) {
            CountDownLatch delivered = new CountDownLatch(2);
            watch(member.channel(), delivered);
            watch(traced(member, traceId(7), true), delivered);
            put(traced(member, traceId(1), true), "w");
            assertThat(delivered.await(20, TimeUnit.SECONDS)).isTrue();

            List<Span> spans = collector.trace(traceId(1), found -> count(found, "watch delivery") == 1);
            Span call = collector.trace(traceId(1), found -> count(found, "etcdserverpb.KV/Put") == 1).stream()
                    .filter(span -> span.getName().equals("etcdserverpb.KV/Put"))
                    .findFirst()
                    .orElseThrow();
            Span inTheWrites = named(spans, "watch delivery");
            Span inTheStreams =
                    named(collector.trace(traceId(7), found -> count(found, "watch delivery") == 1), "watch delivery");
            assertThat(inTheWrites.getParentSpanId()).isEqualTo(call.getSpanId());
            for (Span delivery : List.of(inTheWrites, inTheStreams)) {
                assertThat(delivery.getLinksList())
                        .singleElement()
                        .extracting(Span.Link::getSpanId)
                        .isEqualTo(call.getSpanId());
                assertThat(attributes(delivery)).containsEntry("mainstay.events", "1");
            }
            onlyKnownAttributes(collector);
        }
    }

    @Test
    void refusedCallSaysSoAndJsonIsTracedToo() throws Exception {
        try (Collector collector = new Collector();
                RunningMember member = new RunningMember(temp, collector.flags(0))) {
            try {
                put(traced(member, traceId(1), true), "");
            } catch (StatusRuntimeException e) {
                assertThat(e.getStatus().getCode().value()).isEqualTo(3);
            }
            Span refused = collector.trace(traceId(1), found -> count(found, "etcdserverpb.KV/Put") == 1).stream()
                    .filter(span -> span.getName().equals("etcdserverpb.KV/Put"))
                    .findFirst()
                    .orElseThrow();
            assertThat(attributes(refused)).containsEntry("rpc.grpc.status_code", "3");
            assertThat(refused.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_UNSET);

            String body = "{\"key\":\"aw==\",\"value\":\"dg==\"}";
            assertThat(member.raw(
                            "POST /v3/kv/put HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTraceparent: "
                                    + traceparent(traceId(2), true) + "\r\nContent-Length: " + body.length()
                                    + "\r\n\r\n" + body,
                            10_000))
                    .contains("\"revision\":\"2\"");
            List<Span> json = collector.trace(traceId(2), found -> found.size() >= 7);
            assertThat(Collector.hex(named(json, "etcdserverpb.KV/Put").getParentSpanId()))
                    .isEqualTo(SPAN);
        }
    }

    @Test
    void collectorThatIsAwayCostsCallsNothingAndTheLogOneLine() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        List<String> lines = new CopyOnWriteArrayList<>();
        try (Listening _ = new Listening("dev.mainstay.node.observability.tracing", lines);
                Listening _ = new Listening("io.opentelemetry", lines)) {
            RunningMember member = new RunningMember(
                    temp,
                    "--enable-distributed-tracing",
                    "--distributed-tracing-address=127.0.0.1:" + port,
                    "--distributed-tracing-sampling-rate=1000000");
            long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            List<Duration> puts = new ArrayList<>();
            do {
                long before = System.nanoTime();
                put(member.channel(), "k");
                puts.add(Duration.ofNanos(System.nanoTime() - before));
                Thread.sleep(20);
            } while (metric(member, "mainstay_trace_spans_unsent_total") < 100 && System.nanoTime() - end < 0);
            assertThat(puts).filteredOn(put -> put.toMillis() < 1_000).hasSizeGreaterThan(puts.size() / 2);
            assertThat(metric(member, "mainstay_trace_spans_unsent_total")).isGreaterThan(100);
            assertThat(metric(member, "mainstay_trace_spans_sent_total")).isZero();
            long before = System.nanoTime();
            member.close();
            assertThat(System.nanoTime() - before)
                    .isLessThan(Duration.ofSeconds(10).toNanos());
        }
        assertThat(lines).singleElement().asString().contains("127.0.0.1:" + port);
    }

    @Test
    void whatWaitsIsSentWhenTheMemberStops() throws Exception {
        try (Collector collector = new Collector()) {
            try (RunningMember member = new RunningMember(temp, collector.flags(0))) {
                put(traced(member, traceId(1), true), "k");
            }
            assertThat(collector.spans().stream().map(span -> Collector.hex(span.getTraceId())))
                    .contains(traceId(1));
        }
    }

    @Test
    void slowCallIsLoggedWithItsTrace() throws Exception {
        List<String> lines = new CopyOnWriteArrayList<>();
        try (Collector collector = new Collector();
                Listening _ = new Listening(SlowLog.class.getName(), lines)) {
            List<String> flags = new ArrayList<>(List.of(collector.flags(0)));
            flags.add("--warning-unary-request-duration=1ns");
            try (RunningMember member = new RunningMember(temp, flags.toArray(String[]::new))) {
                put(traced(member, traceId(5), false), "k");
                long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
                while (lines.isEmpty() && System.nanoTime() - end < 0) {
                    Thread.sleep(10);
                }
            }
        }
        assertThat(lines).anyMatch(line -> line.contains("trace-id=" + traceId(5)));
    }

    @Test
    void forwardedPutIsOneTraceOverBothMembers() throws Exception {
        List<Integer> ports = new ArrayList<>();
        try (ServerSocket first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServerSocket second = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ports.addAll(List.of(first.getLocalPort(), second.getLocalPort()));
        }
        try (Collector collector = new Collector()) {
            List<CompletableFuture<RunningMember>> starting = IntStream.range(0, 2)
                    .mapToObj(i -> CompletableFuture.supplyAsync(
                            () -> member(i, ports, collector),
                            task -> Thread.ofPlatform().start(task)))
                    .toList();
            try (RunningMember one = starting.get(0).get(60, TimeUnit.SECONDS);
                    RunningMember two = starting.get(1).get(60, TimeUnit.SECONDS)) {
                RunningMember follower = metric(one, "etcd_server_is_leader") > 0 ? two : one;
                put(traced(follower, traceId(1), true), "k");

                List<Span> spans =
                        collector.trace(traceId(1), found -> count(found, "batch") == 2 && count(found, "apply") == 2);
                Span forward = named(spans, "forward");
                Span call = named(spans, "etcdserverpb.KV/Put");
                Span here = spans.stream()
                        .filter(span -> span.getName().equals("batch")
                                && span.getParentSpanId().equals(call.getSpanId()))
                        .findFirst()
                        .orElseThrow();
                Span there = spans.stream()
                        .filter(span -> span.getName().equals("batch")
                                && span.getParentSpanId().equals(forward.getSpanId()))
                        .findFirst()
                        .orElseThrow();
                assertThat(forward.getParentSpanId()).isEqualTo(here.getSpanId());
                assertThat(forward.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_CLIENT);
                assertThat(there.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);
                assertThat(spans.stream()
                                .filter(span -> span.getParentSpanId().equals(there.getSpanId()))
                                .map(Span::getName))
                        .containsExactlyInAnyOrder("raft append", "raft replicate", "apply");
                assertThat(spans.stream()
                                .filter(span -> span.getParentSpanId().equals(here.getSpanId()))
                                .map(Span::getName))
                        .containsExactlyInAnyOrder("forward", "apply");

                var _ = follower.kv()
                        .withInterceptors(
                                MetadataUtils.newAttachHeadersInterceptor(headers(traceparent(traceId(2), true))))
                        .range(RangeRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8("k"))
                                .build());
                List<Span> read = collector.trace(traceId(2), found -> found.size() >= 3);
                assertThat(read.stream().map(Span::getName))
                        .containsExactlyInAnyOrder("etcdserverpb.KV/Range", "read barrier", "answer");
            }
        }
    }

    private RunningMember member(int i, List<Integer> ports, Collector collector) {
        String urls = "m0=http://127.0.0.1:" + ports.get(0) + ",m1=http://127.0.0.1:" + ports.get(1);
        List<String> flags = new ArrayList<>(List.of(collector.flags(0)));
        flags.addAll(List.of(
                "--name=m" + i,
                "--listen-peer-urls=http://127.0.0.1:" + ports.get(i),
                "--initial-advertise-peer-urls=http://127.0.0.1:" + ports.get(i),
                "--initial-cluster=" + urls));
        try {
            return new RunningMember(temp.resolve("m" + i), flags.toArray(String[]::new));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static double metric(RunningMember member, String name) throws Exception {
        return member.get("/metrics")
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }

    private static void watch(Channel channel, CountDownLatch delivered) throws InterruptedException {
        CountDownLatch created = new CountDownLatch(1);
        WatchGrpc.newStub(channel)
                .watch(new StreamObserver<>() {
                    @Override
                    public void onNext(WatchResponse response) {
                        created.countDown();
                        if (response.getEventsCount() > 0) {
                            delivered.countDown();
                        }
                    }

                    @Override
                    public void onError(Throwable error) {}

                    @Override
                    public void onCompleted() {}
                })
                .onNext(WatchRequest.newBuilder()
                        .setCreateRequest(WatchCreateRequest.newBuilder().setKey(ByteString.copyFromUtf8("w")))
                        .build());
        assertThat(created.await(20, TimeUnit.SECONDS)).isTrue();
    }

    private static void put(Channel channel, String key) {
        var _ = dev.mainstay.etcd.proto.KVGrpc.newBlockingStub(channel)
                .put(PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .setValue(ByteString.copyFromUtf8("secret-value"))
                        .build());
    }

    private static Channel traced(RunningMember member, String traceId, boolean sampled) {
        return metadata(member, traceparent(traceId, sampled));
    }

    private static Channel metadata(RunningMember member, String traceparent) {
        return ClientInterceptors.intercept(
                member.channel(), MetadataUtils.newAttachHeadersInterceptor(headers(traceparent)));
    }

    private static Metadata headers(String traceparent) {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER), traceparent);
        return headers;
    }

    private static String traceparent(String traceId, boolean sampled) {
        return "00-" + traceId + "-" + SPAN + (sampled ? "-01" : "-00");
    }

    private static String traceId(int number) {
        return String.format("4bf92f3577b34da6a3ce929d%08x", number);
    }

    private static Set<String> traces(Collector collector) {
        return collector.spans().stream()
                .map(span -> Collector.hex(span.getTraceId()))
                .collect(Collectors.toSet());
    }

    private static long count(List<Span> spans, String name) {
        return spans.stream().filter(span -> span.getName().equals(name)).count();
    }

    private static Span named(List<Span> spans, String name) {
        List<Span> found =
                spans.stream().filter(span -> span.getName().equals(name)).toList();
        assertThat(found).as(name).hasSize(1);
        return found.getFirst();
    }

    private static Span span(Collector collector, ByteString id) {
        return collector.spans().stream()
                .filter(span -> span.getSpanId().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static void inOrder(Span... spans) {
        for (int i = 1; i < spans.length; i++) {
            assertThat(spans[i].getStartTimeUnixNano())
                    .as(spans[i].getName())
                    .isGreaterThanOrEqualTo(spans[i - 1].getEndTimeUnixNano());
        }
    }

    private static Map<String, String> attributes(Span span) {
        return span.getAttributesList().stream()
                .collect(Collectors.toMap(
                        KeyValue::getKey,
                        attribute -> attribute.getValue().hasIntValue()
                                ? Long.toString(attribute.getValue().getIntValue())
                                : attribute.getValue().getStringValue()));
    }

    private static void onlyKnownAttributes(Collector collector) {
        assertThat(collector.spans()).allSatisfy(span -> {
            assertThat(ATTRIBUTES).containsAll(attributes(span).keySet());
            assertThat(span.getEventsList()).isEmpty();
        });
    }

    /** Hears what a logger writes. */
    private static final class Listening extends Handler implements AutoCloseable {

        private final Logger logger;
        private final List<String> lines;

        Listening(String logger, List<String> lines) {
            this.logger = Logger.getLogger(logger);
            this.lines = lines;
            this.logger.addHandler(this);
        }

        @Override
        public void publish(LogRecord record) {
            Object[] parameters = record.getParameters();
            lines.add(record.getMessage() + (parameters == null ? "" : List.of(parameters)));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {
            logger.removeHandler(this);
        }
    }
}
