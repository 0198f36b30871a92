package dev.mainstay.node.api;

import io.grpc.ServerCall;
import io.grpc.SynchronizationContext;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Lets each request of a call on only when it is recorded, and refuses the call when it can't be. What the call hears meanwhile
 * waits its turn; that is little, since a call asks for few messages ahead. After a wait the call goes on on a virtual thread.
 */
final class HeldRequests<ReqT> extends ServerCall.Listener<ReqT> {

    private static final System.Logger LOG = System.getLogger(HeldRequests.class.getName());

    private final ServerCall.Listener<ReqT> listener;
    private final AuditedCall<ReqT, ?> call;
    private final SynchronizationContext turns = new SynchronizationContext(this::broken);
    private final Queue<Runnable> held = new ArrayDeque<>();
    private boolean waiting;
    private boolean refused;
    private volatile boolean cancelled;

    HeldRequests(ServerCall.Listener<ReqT> listener, AuditedCall<ReqT, ?> call) {
        this.listener = listener;
        this.call = call;
    }

    @Override
    public void onMessage(ReqT message) {
        inTurn(() -> {
            CompletableFuture<Void> recorded = call.asked(message);
            if (recorded.isDone()) {
                decided(message, recorded.isCompletedExceptionally());
            } else {
                waiting = true;
                CompletableFuture<?> _ = recorded.whenComplete(
                        (_, failure) -> Thread.startVirtualThread(() -> turns.execute(() -> resume(message, failure))));
            }
        });
    }

    @Override
    public void onHalfClose() {
        inTurn(() -> {
            if (!refused) {
                listener.onHalfClose();
            }
        });
    }

    @Override
    public void onReady() {
        inTurn(() -> {
            if (!refused) {
                listener.onReady();
            }
        });
    }

    @Override
    public void onCancel() {
        cancelled = true;
        inTurn(() -> {
            listener.onCancel();
            call.ended();
        });
    }

    @Override
    public void onComplete() {
        inTurn(() -> {
            listener.onComplete();
            call.ended();
        });
    }

    private void inTurn(Runnable event) {
        turns.execute(() -> {
            held.add(event);
            goOn();
        });
    }

    private void resume(ReqT message, @Nullable Throwable failure) {
        waiting = false;
        try {
            decided(message, failure != null);
        } finally {
            goOn();
        }
    }

    private void goOn() {
        while (!waiting) {
            Runnable next = held.poll();
            if (next == null) {
                return;
            }
            next.run();
        }
    }

    private void decided(ReqT message, boolean unrecorded) {
        if (refused || cancelled) {
            return;
        }
        if (unrecorded) {
            refused = true;
            call.refuse();
        } else {
            listener.onMessage(message);
        }
    }

    private void broken(Thread thread, Throwable failure) {
        LOG.log(System.Logger.Level.WARNING, "a call that was recorded failed", failure);
        call.broken(failure);
    }
}
