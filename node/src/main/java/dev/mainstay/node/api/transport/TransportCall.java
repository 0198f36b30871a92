package dev.mainstay.node.api.transport;

import dev.mainstay.node.api.wire.EncodedMessage;
import dev.mainstay.node.api.wire.Reply;
import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One gRPC call over one HTTP/2 stream.
 *
 * <p>Everything that touches the stream or the listener happens on the event loop of the connection. Sends may come from any
 * thread, one at a time as gRPC demands; from other threads they are queued to the loop in order. A unary answer is kept back
 * until it is closed, so that it costs one trip to the loop and leaves as one piece.
 */
final class TransportCall<ReqT, RespT> extends ServerCall<ReqT, RespT> implements TraceableCall {

    /** A call is ready for more while less than this is on its way to the event loop, in bytes. */
    private static final int READY_BYTES = 32 << 10;

    private static final Logger LOG = Logger.getLogger(TransportCall.class.getName());

    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Connection connection;
    private final MethodDescriptor<ReqT, RespT> method;
    private final Deframer deframer;
    private final CallMeter.Method meter;
    private final OpenCalls open;
    private final Intake intake;
    private final Duration requestTimeout;
    private final long startedNanos = System.nanoTime();
    private final AtomicInteger queuedTasks = new AtomicInteger();
    private final AtomicLong queuedBytes = new AtomicLong();

    private ServerCall.@Nullable Listener<ReqT> listener;
    private @Nullable Future<?> deadline;
    private @Nullable Future<?> requestDeadline;
    private long taken;
    private long demand;
    private boolean delivering;
    private boolean inboundEnded;
    private boolean halfClosed;
    private boolean paused;
    private boolean closed;
    private volatile boolean writable = true;
    private volatile boolean toldNotReady;
    private volatile boolean cancelled;

    private @Nullable String traceId;
    private @Nullable Metadata headers;
    private @Nullable RespT answer;

    TransportCall(
            HttpServerRequest request,
            Connection connection,
            MethodDescriptor<ReqT, RespT> method,
            Deframer deframer,
            CallMeter.Method meter,
            OpenCalls open,
            Intake intake,
            Duration requestTimeout) {
        this.request = request;
        this.response = request.response();
        this.connection = connection;
        this.method = method;
        this.deframer = deframer;
        this.meter = meter;
        this.open = open;
        this.intake = intake;
        this.requestTimeout = requestTimeout;
        meter.started(request.getHeader("client-api-version"));
    }

    /** Starts listening to the stream; the listener comes with {@link #start}. */
    void attach() {
        open.opened(this);
        request.handler(this::onData);
        request.endHandler(_ -> onEnd());
        response.closeHandler(_ -> onStreamClosed());
        if (!sendsOneMessage()) {
            response.drainHandler(_ -> onWritable());
        }
    }

    /** Hands the call to its listener; {@code timeoutNanos} 0 for no deadline. */
    void start(ServerCall.Listener<ReqT> newListener, long timeoutNanos) {
        listener = newListener;
        if (closed) {
            return;
        }
        if (timeoutNanos > 0) {
            deadline = loop().schedule(this::onDeadline, timeoutNanos, TimeUnit.NANOSECONDS);
        }
        guarded(newListener::onReady);
        deliver();
    }

    /** Ends the call with an error before it has a listener, or when its listener failed. */
    void abort(Status status) {
        finish(status, new Metadata());
    }

    /** Ends the call from outside, whatever it is doing. Any thread. */
    void end(Status status) {
        onLoop(() -> fail(status));
    }

    @Override
    public void traced(String id) {
        traceId = id;
    }

    @Override
    public void request(int messages) {
        onLoop(() -> {
            demand += messages;
            deliver();
        });
    }

    @Override
    public void sendHeaders(Metadata metadata) {
        if (sendsOneMessage()) {
            headers = metadata;
        } else {
            onLoop(() -> {
                if (!isOver()) {
                    putHead(metadata);
                    response.writeHead();
                }
            });
        }
    }

    @Override
    public void sendMessage(RespT message) {
        if (sendsOneMessage()) {
            answer = message;
            return;
        }
        EncodedMessage encoded = encode(message);
        int length = encoded.length();
        queuedBytes.addAndGet(length);
        onLoop(() -> {
            queuedBytes.addAndGet(-length);
            if (isOver()) {
                return;
            }
            meter.sent(length);
            response.write(buffer(encoded));
            updateWritable();
        });
    }

    @Override
    public void close(Status status, Metadata trailers) {
        onLoop(() -> {
            finish(status, trailers);
            ServerCall.Listener<ReqT> current = listener;
            if (current != null && !cancelled) {
                guarded(current::onComplete);
            }
        });
    }

    @Override
    public boolean isReady() {
        if (takesMore()) {
            return true;
        }
        toldNotReady = true;
        return takesMore();
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }

    @Override
    public Attributes getAttributes() {
        return connection.attributes();
    }

    @Override
    public @Nullable String getAuthority() {
        return request.authority() == null ? null : request.authority().toString();
    }

    @Override
    public MethodDescriptor<ReqT, RespT> getMethodDescriptor() {
        return method;
    }

    private void onData(Buffer data) {
        if (closed) {
            return;
        }
        deframer.add(data);
        deliver();
        account();
    }

    /** Looks at how much of a message that isn't complete is held; for most calls that is nothing, ever. */
    private void account() {
        long held = isOver() ? 0 : deframer.heldBytes();
        if (held > taken && !intake.take(held - taken)) {
            fail(Status.RESOURCE_EXHAUSTED.withDescription("etcdserver: too many unfinished requests"));
            return;
        }
        if (held < taken) {
            intake.release(taken - held);
        }
        taken = held;
        if (held > 0
                && requestDeadline == null
                && !requestTimeout.isZero()
                && method.getType().clientSendsOneMessage()) {
            requestDeadline = loop().schedule(this::onLateRequest, requestTimeout.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void onLateRequest() {
        if (!inboundEnded) {
            fail(Status.DEADLINE_EXCEEDED.withDescription("etcdserver: the request did not come within "
                    + requestTimeout.toMillis() + " ms (--client-body-timeout)"));
        }
    }

    /**
     * Lets go of a stream that is answered though its client hasn't ended it and may never: as long as it is open, it takes up
     * memory.
     */
    static void letGo(HttpServerRequest request) {
        if (!request.isEnded()) {
            request.response().reset(0);
        }
    }

    private void onEnd() {
        inboundEnded = true;
        deliver();
    }

    private void onStreamClosed() {
        cancel();
    }

    private void onDeadline() {
        if (!isOver()) {
            finish(Status.DEADLINE_EXCEEDED.withDescription("context deadline exceeded"), new Metadata());
            cancelListener();
        }
    }

    private void onWritable() {
        writable = true;
        tellReady();
    }

    private void cancel() {
        if (!isOver()) {
            cancelled = true;
            ended(Status.Code.CANCELLED);
            cancelDeadline();
            cancelListener();
        }
    }

    private void cancelListener() {
        cancelled = true;
        ServerCall.Listener<ReqT> current = listener;
        if (current != null) {
            guarded(current::onCancel);
        }
    }

    /** Gives the listener as many messages as it asked for and lets the stream go on or stop accordingly. */
    private void deliver() {
        ServerCall.Listener<ReqT> current = listener;
        if (delivering || current == null || isOver()) {
            return;
        }
        delivering = true;
        try {
            while (demand > 0 && !isOver()) {
                InputStream message = deframer.next();
                if (message == null) {
                    break;
                }
                demand--;
                meter.received(length(message));
                current.onMessage(parse(message));
            }
            if (inboundEnded && !halfClosed && !isOver() && !deframer.hasNext()) {
                halfClosed = true;
                if (!deframer.isEmpty()) {
                    throw Status.INTERNAL.withDescription("unexpected EOF").asRuntimeException();
                }
                current.onHalfClose();
            }
        } catch (StatusRuntimeException e) {
            fail(e.getStatus());
        } catch (RuntimeException e) {
            failUnexpectedly(e);
        } finally {
            delivering = false;
        }
        adjustFlow();
    }

    /** Takes in what the client still sends, so that it doesn't use up the window of the connection. */
    private void flowOn() {
        if (paused && !inboundEnded) {
            paused = false;
            request.resume();
        }
    }

    private static int length(InputStream message) {
        try {
            return message.available();
        } catch (IOException e) {
            return 0;
        }
    }

    private void adjustFlow() {
        boolean enough = !isOver() && demand == 0 && deframer.hasNext();
        if (enough != paused && !inboundEnded) {
            paused = enough;
            if (enough) {
                request.pause();
            } else {
                request.resume();
            }
        }
    }

    private ReqT parse(InputStream message) {
        try {
            return method.parseRequest(message);
        } catch (StatusRuntimeException e) {
            String start = sendsOneMessage()
                    ? "grpc: error unmarshalling request: "
                    : "grpc: failed to unmarshal the received message: ";
            throw e.getStatus()
                    .withDescription(start + e.getStatus().getDescription())
                    .asRuntimeException();
        }
    }

    private EncodedMessage encode(RespT message) {
        try {
            return EncodedMessage.EncodedStream.messageOf(method.streamResponse(message));
        } catch (IOException e) {
            throw Status.INTERNAL.withCause(e).asRuntimeException();
        }
    }

    /** Writes the end of the call, and for a unary one everything. */
    private void finish(Status status, Metadata trailers) {
        RespT message = answer;
        answer = null;
        if (message instanceof Reply reply && (isOver() || !status.isOk())) {
            reply.discard();
        }
        if (isOver()) {
            return;
        }
        closed = true;
        ended(status.getCode());
        cancelDeadline();
        flowOn();
        if (message != null && status.isOk()) {
            EncodedMessage encoded = encode(message);
            putHead(headers == null ? new Metadata() : headers);
            putEnd(status, trailers);
            meter.sent(encoded.length());
            int length = encoded.frameLength();
            connection.backlog().add(length);
            response.end(buffer(encoded)).onComplete(_ -> {
                connection.backlog().remove(length);
                letGo(request);
            });
            return;
        }
        if (response.headWritten()) {
            putEnd(status, trailers);
        } else {
            putHead(headers == null ? new Metadata() : headers);
            CallHeaders.put(status, response.headers());
            CallHeaders.put(trailers, response.headers());
        }
        var _ = response.end().onComplete(_ -> letGo(request));
    }

    private void ended(Status.Code code) {
        open.ended(this);
        intake.release(taken);
        taken = 0;
        meter.ended(StatusNames.of(code), System.nanoTime() - startedNanos, traceId);
    }

    private void putHead(Metadata metadata) {
        response.putHeader(CallHeaders.CONTENT_TYPE, CallHeaders.GRPC);
        // Vert.x adds a length to what it sends in one piece; a gRPC client would show it as metadata.
        response.headersEndHandler(_ -> response.headers().remove(CallHeaders.CONTENT_LENGTH));
        CallHeaders.put(metadata, response.headers());
    }

    private void putEnd(Status status, Metadata trailers) {
        CallHeaders.put(status, response.trailers());
        CallHeaders.put(trailers, response.trailers());
    }

    private static Buffer buffer(EncodedMessage message) {
        return WireBuffers.wrap(message.array(), message.frameStart(), message.frameLength());
    }

    private void updateWritable() {
        writable = !response.writeQueueFull();
        tellReady();
    }

    private void tellReady() {
        ServerCall.Listener<ReqT> current = listener;
        if (toldNotReady && takesMore() && current != null) {
            toldNotReady = false;
            guarded(current::onReady);
        }
    }

    private boolean takesMore() {
        return writable && !cancelled && queuedBytes.get() < READY_BYTES;
    }

    private boolean isOver() {
        return closed || cancelled;
    }

    private boolean sendsOneMessage() {
        return method.getType().serverSendsOneMessage();
    }

    private EventLoop loop() {
        return connection.loop();
    }

    private void cancelDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
        }
        if (requestDeadline != null) {
            requestDeadline.cancel(false);
        }
    }

    private void guarded(Runnable callback) {
        try {
            callback.run();
        } catch (StatusRuntimeException e) {
            fail(e.getStatus());
        } catch (RuntimeException e) {
            failUnexpectedly(e);
        }
    }

    private void failUnexpectedly(RuntimeException e) {
        LOG.log(Level.WARNING, e, () -> "a call of " + method.getFullMethodName() + " failed");
        fail(Status.UNKNOWN.withDescription("Application error processing RPC"));
    }

    private void fail(Status status) {
        if (!isOver()) {
            finish(status, new Metadata());
            cancelListener();
        }
    }

    /** Runs at once when that keeps the order of what is queued already, else as soon as the loop comes to it. */
    private void onLoop(Runnable task) {
        EventLoop loop = loop();
        if (loop.inEventLoop() && queuedTasks.get() == 0) {
            task.run();
            return;
        }
        queuedTasks.incrementAndGet();
        loop.execute(() -> {
            queuedTasks.decrementAndGet();
            task.run();
        });
    }
}
