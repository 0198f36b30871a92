package dev.mainstay.node.observability.tracing;

import dev.mainstay.node.api.CallTrace;
import dev.mainstay.node.api.transport.TraceableCall;
import io.grpc.Attributes;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.util.random.RandomGenerator;

/** Begins and ends the spans of calls. A call that isn't sampled passes as it is. */
final class CallTracing implements ServerInterceptor {

    private static final Metadata.Key<String> PARENT =
            Metadata.Key.of(TraceParent.HEADER, Metadata.ASCII_STRING_MARSHALLER);

    private static final int MILLION = 1_000_000;

    private final Tracer tracer;
    private final int samplesPerMillion;
    private final RandomGenerator random;
    private final WriteSpans writes;

    /**
     * @param tracer samples what it is asked for; whether to ask is decided here, so that nothing is made of the other calls
     * @param samplesPerMillion how many calls are sampled whose client doesn't say
     */
    CallTracing(Tracer tracer, int samplesPerMillion, RandomGenerator random, WriteSpans writes) {
        this.tracer = tracer;
        this.samplesPerMillion = samplesPerMillion;
        this.random = random;
        this.writes = writes;
    }

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
            ServerCall<ReqT, RespT> call, Metadata metadata, ServerCallHandler<ReqT, RespT> next) {
        SpanContext parent = metadata.containsKey(PARENT) ? parent(metadata) : SpanContext.getInvalid();
        if (parent.isValid()) {
            tell(call, parent);
        }
        if (!(parent.isValid() ? parent.isSampled() : isDrawn())) {
            return next.startCall(call, metadata);
        }
        Spans spans = new Spans(tracer, SpanClock.now());
        Span span = begin(spans, parent, call);
        tell(call, span.getSpanContext());
        return traced(new CallSpan(spans, span, writes), call, metadata, next);
    }

    private boolean isDrawn() {
        return samplesPerMillion > 0 && random.nextInt(MILLION) < samplesPerMillion;
    }

    private static SpanContext parent(Metadata metadata) {
        return TraceParent.read(name -> metadata.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER)));
    }

    private static void tell(ServerCall<?, ?> call, SpanContext span) {
        if (call instanceof TraceableCall traceable) {
            traceable.traced(span.getTraceId());
        }
    }

    private static Span begin(Spans spans, SpanContext parent, ServerCall<?, ?> call) {
        return spans.at(
                        call.getMethodDescriptor().getFullMethodName(),
                        SpanKind.SERVER,
                        parent.isValid() ? Spans.inside(parent) : Context.root(),
                        System.nanoTime())
                .setAttribute("rpc.system", "grpc")
                .setAttribute(
                        "rpc.service", String.valueOf(call.getMethodDescriptor().getServiceName()))
                .setAttribute(
                        "rpc.method", String.valueOf(call.getMethodDescriptor().getBareMethodName()))
                .startSpan();
    }

    private static <ReqT, RespT> ServerCall.Listener<ReqT> traced(
            CallSpan span, ServerCall<ReqT, RespT> call, Metadata metadata, ServerCallHandler<ReqT, RespT> next) {
        ServerCall.Listener<ReqT> listener;
        try {
            listener = next.startCall(new TracedCall<>(call, span), metadata);
        } catch (RuntimeException e) {
            span.closed(Status.fromThrowable(e));
            span.end();
            throw e;
        }
        if (span.isClosed()) {
            // Refused while it started: nobody will tell the listener.
            span.end();
        }
        return new TracedListener<>(listener, span);
    }

    private static final class TracedCall<ReqT, RespT> extends SimpleForwardingServerCall<ReqT, RespT> {

        private final CallSpan span;
        private final Attributes attributes;

        TracedCall(ServerCall<ReqT, RespT> call, CallSpan span) {
            super(call);
            this.span = span;
            this.attributes =
                    call.getAttributes().toBuilder().set(CallTrace.KEY, span).build();
        }

        @Override
        public Attributes getAttributes() {
            return attributes;
        }

        @Override
        public void close(Status status, Metadata trailers) {
            span.closed(status);
            super.close(status, trailers);
        }
    }

    private static final class TracedListener<ReqT> extends SimpleForwardingServerCallListener<ReqT> {

        private final CallSpan span;

        TracedListener(ServerCall.Listener<ReqT> listener, CallSpan span) {
            super(listener);
            this.span = span;
        }

        @Override
        public void onComplete() {
            super.onComplete();
            span.end();
        }

        @Override
        public void onCancel() {
            super.onCancel();
            span.end();
        }
    }
}
