package dev.mainstay.node.api.local;

import dev.mainstay.node.api.transport.CallMeter;
import dev.mainstay.node.api.transport.StatusNames;
import dev.mainstay.node.api.transport.TraceableCall;
import dev.mainstay.node.api.wire.EncodedMessage;
import dev.mainstay.node.api.wire.Marshallers.RequestBytes;
import dev.mainstay.node.api.wire.Reply;
import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.SynchronizationContext;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One call of a method of ours by somebody in this process: what a connection and HTTP/2 do for a client is done by a queue.
 *
 * <p>Everything happens in turns, one after the other, on threads of the executor: what the caller does, what the method does
 * with its call, and what either of them hears. All methods may be called from any thread, and none of them waits.
 */
public final class LocalCall<ReqT, RespT> extends ServerCall<ReqT, RespT> implements TraceableCall {

    /** A call is ready for more while less than this is on its way to the receiver, in bytes. */
    private static final int READY_BYTES = 32 << 10;

    private static final System.Logger LOG = System.getLogger(LocalCall.class.getName());

    private final ServerMethodDefinition<ReqT, RespT> method;
    private final Attributes attributes;
    private final Executor executor;
    private final CallMeter.Method meter;
    private final LocalReceiver receiver;
    private final Set<LocalCall<?, ?>> open;
    private final SynchronizationContext turns = new SynchronizationContext((_, failure) -> failed(failure));
    private final Queue<byte[]> requests = new ArrayDeque<>();
    private final AtomicLong queuedBytes = new AtomicLong();
    private final long startedNanos = System.nanoTime();

    private ServerCall.@Nullable Listener<ReqT> listener;
    private @Nullable String traceId;
    private @Nullable RespT answer;
    private long demand;
    private boolean halfClosed;
    private boolean halfClosedTold;
    private boolean begun;
    private boolean closed;
    private volatile boolean toldNotReady;
    private volatile boolean cancelled;

    LocalCall(
            ServerMethodDefinition<ReqT, RespT> method,
            Attributes attributes,
            Executor executor,
            CallMeter.Method meter,
            LocalReceiver receiver,
            Set<LocalCall<?, ?>> open) {
        this.method = method;
        this.attributes = attributes;
        this.executor = executor;
        this.meter = meter;
        this.receiver = receiver;
        this.open = open;
    }

    /**
     * Begins the call; to be called once.
     *
     * @param metadata what the caller says of itself; the method may change it
     */
    public void start(Metadata metadata) {
        turn(() -> {
            if (closed) {
                return;
            }
            begun = true;
            meter.started(null);
            open.add(this);
            ServerCall.Listener<ReqT> started = method.getServerCallHandler().startCall(this, metadata);
            listener = started;
            if (!closed) {
                started.onReady();
                deliver();
            }
        });
    }

    /** Sends a request in its wire form; the array is the call's from now on. */
    public void send(byte[] request) {
        turn(() -> {
            if (!closed) {
                requests.add(request);
                deliver();
            }
        });
    }

    /** No more requests will follow. */
    public void halfClose() {
        turn(() -> {
            halfClosed = true;
            deliver();
        });
    }

    /** The caller is gone; it hears nothing more. */
    public void cancel() {
        turn(() -> {
            if (!closed) {
                drop(Status.Code.CANCELLED);
            }
        });
    }

    /** The caller takes answers again. */
    public void ready() {
        turn(this::tellReady);
    }

    /** Ends the call from outside, whatever it is doing. */
    void end(Status status) {
        turn(() -> {
            if (!closed) {
                receiver.closed(status, new Metadata());
                drop(status.getCode());
            }
        });
    }

    /** Whether requests wait for the method to take them; known only in a turn of the call. */
    public boolean requestsWait() {
        return !requests.isEmpty();
    }

    /** Runs something of the caller's in one of the turns. */
    public void turn(Runnable task) {
        turns.executeLater(task);
        executor.execute(turns::drain);
    }

    @Override
    public void traced(String id) {
        traceId = id;
    }

    @Override
    public void request(int messages) {
        turn(() -> {
            demand += messages;
            deliver();
        });
    }

    @Override
    public void sendHeaders(Metadata headers) {
        turn(() -> {
            if (!closed) {
                receiver.headers(headers);
            }
        });
    }

    @Override
    public void sendMessage(RespT message) {
        if (sendsOneMessage()) {
            turn(() -> answer = message);
            return;
        }
        EncodedMessage encoded = encode(message);
        int length = encoded.length();
        queuedBytes.addAndGet(length);
        turn(() -> {
            queuedBytes.addAndGet(-length);
            if (!closed) {
                pass(encoded);
            }
            tellReady();
        });
    }

    @Override
    public void close(Status status, Metadata trailers) {
        turn(() -> {
            RespT message = answer;
            answer = null;
            boolean sends = !closed && status.isOk();
            if (message instanceof Reply reply && !sends) {
                reply.discard();
            }
            if (closed) {
                return;
            }
            if (message != null && sends) {
                pass(encode(message));
            }
            over(status.getCode());
            receiver.closed(status, trailers);
            ServerCall.Listener<ReqT> current = listener;
            if (current != null) {
                current.onComplete();
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
        return attributes;
    }

    @Override
    public MethodDescriptor<ReqT, RespT> getMethodDescriptor() {
        return method.getMethodDescriptor();
    }

    private void deliver() {
        ServerCall.Listener<ReqT> current = listener;
        if (current == null) {
            return;
        }
        boolean some = !requests.isEmpty();
        while (!closed && demand > 0 && !requests.isEmpty()) {
            demand--;
            byte[] request = requests.remove();
            meter.received(request.length);
            current.onMessage(method.getMethodDescriptor().parseRequest(new RequestBytes(request, 0, request.length)));
        }
        if (closed || !requests.isEmpty()) {
            return;
        }
        if (some) {
            receiver.drained();
        }
        if (halfClosed && !halfClosedTold) {
            halfClosedTold = true;
            current.onHalfClose();
        }
    }

    private void pass(EncodedMessage message) {
        meter.sent(message.length());
        receiver.message(message);
    }

    private void tellReady() {
        ServerCall.Listener<ReqT> current = listener;
        if (!closed && toldNotReady && takesMore() && current != null) {
            toldNotReady = false;
            current.onReady();
        }
    }

    private boolean takesMore() {
        return queuedBytes.get() < READY_BYTES && receiver.isReady();
    }

    private void drop(Status.Code code) {
        over(code);
        cancelled = true;
        ServerCall.Listener<ReqT> current = listener;
        if (current != null) {
            current.onCancel();
        }
    }

    private void over(Status.Code code) {
        closed = true;
        requests.clear();
        if (begun) {
            meter.ended(StatusNames.of(code), System.nanoTime() - startedNanos, traceId);
            open.remove(this);
        }
    }

    private void failed(Throwable failure) {
        if (failure instanceof StatusRuntimeException refusal) {
            end(refusal.getStatus());
            return;
        }
        LOG.log(
                System.Logger.Level.WARNING,
                "a call of " + getMethodDescriptor().getFullMethodName() + " failed",
                failure);
        end(Status.UNKNOWN.withDescription("Application error processing RPC"));
    }

    private EncodedMessage encode(RespT message) {
        try {
            return EncodedMessage.EncodedStream.messageOf(getMethodDescriptor().streamResponse(message));
        } catch (IOException e) {
            throw Status.INTERNAL.withCause(e).asRuntimeException();
        }
    }

    private boolean sendsOneMessage() {
        return getMethodDescriptor().getType().serverSendsOneMessage();
    }
}
