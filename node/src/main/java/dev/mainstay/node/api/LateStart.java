package dev.mainstay.node.api;

import io.grpc.ServerCall;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Stands in for the listener of a call that isn't begun yet, and keeps what it is told until then. That is little: messages
 * don't come before the call asks for them.
 */
final class LateStart<ReqT> extends ServerCall.Listener<ReqT> {

    private final List<Consumer<ServerCall.Listener<ReqT>>> kept = new ArrayList<>();
    private ServerCall.@Nullable Listener<ReqT> listener;
    private boolean gone;

    /** Begins the call, unless its client is gone. Any thread. */
    synchronized void start(Supplier<ServerCall.Listener<ReqT>> begin) {
        if (gone) {
            return;
        }
        ServerCall.Listener<ReqT> begun = begin.get();
        kept.forEach(told -> told.accept(begun));
        kept.clear();
        listener = begun;
    }

    @Override
    public void onMessage(ReqT message) {
        tell(begun -> begun.onMessage(message));
    }

    @Override
    public void onHalfClose() {
        tell(ServerCall.Listener::onHalfClose);
    }

    @Override
    public void onReady() {
        tell(ServerCall.Listener::onReady);
    }

    @Override
    public void onCancel() {
        synchronized (this) {
            gone = true;
        }
        tell(ServerCall.Listener::onCancel);
    }

    @Override
    public void onComplete() {
        tell(ServerCall.Listener::onComplete);
    }

    private void tell(Consumer<ServerCall.Listener<ReqT>> news) {
        ServerCall.Listener<ReqT> begun;
        synchronized (this) {
            begun = listener;
            if (begun == null) {
                kept.add(news);
                return;
            }
        }
        news.accept(begun);
    }
}
