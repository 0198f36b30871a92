package dev.mainstay.node.api;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * A call that sends many messages from a thread of its own, which waits when the client has no room. The methods of the listener are the
 * transport's, all others that thread's.
 */
abstract class PatientStream<ReqT, RespT> extends ServerCall.Listener<ReqT> {

    private final ServerCall<ReqT, RespT> call;
    private final Duration patience;
    private final BooleanSupplier stopped;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final Object news = new Object();
    private volatile boolean gone;

    /**
     * @param patience how long a client may leave no room
     * @param stopped whether the member stops
     */
    PatientStream(ServerCall<ReqT, RespT> call, Duration patience, BooleanSupplier stopped) {
        this.call = call;
        this.patience = patience;
        this.stopped = stopped;
    }

    @Override
    public void onReady() {
        tell();
    }

    @Override
    public void onCancel() {
        gone = true;
        tell();
    }

    private void tell() {
        synchronized (news) {
            news.notifyAll();
        }
    }

    /** Whether nobody wants more of it, or this member stops. */
    final boolean isOver() {
        return gone || call.isCancelled() || stopped.getAsBoolean();
    }

    /** Before the first message. */
    final void begin() {
        call.sendHeaders(new Metadata());
    }

    /**
     * Sends a message once there is room for it.
     *
     * @throws SlowException if there was none for too long
     * @throws IOException if nobody wants it any more
     */
    final void send(Message<RespT> message) throws IOException {
        awaitRoom();
        call.sendMessage(message.make());
    }

    /** Makes a message when there is room. */
    interface Message<RespT> {
        RespT make() throws IOException;
    }

    /** Ends the call, once. */
    final void end(Status status) {
        if (ended.compareAndSet(false, true) && !gone) {
            call.close(status, new Metadata());
        }
    }

    private void awaitRoom() throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        synchronized (news) {
            while (!call.isReady()) {
                long left = deadline - System.nanoTime();
                if (isOver() || Thread.currentThread().isInterrupted()) {
                    throw new IOException("nobody wants it any more");
                }
                if (left <= 0) {
                    throw new SlowException();
                }
                try {
                    TimeUnit.NANOSECONDS.timedWait(news, Math.min(left, TimeUnit.SECONDS.toNanos(1)));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    /** The client reads no further. */
    static final class SlowException extends IOException {

        private static final long serialVersionUID = 1;
    }
}
