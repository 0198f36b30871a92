package dev.mainstay.node.api.gateway;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A call whose requests and answers are text frames of a WebSocket. The client ends it by closing. */
final class SocketExchange implements Exchange {

    private final HttpServerRequest request;
    private final Context loop = Objects.requireNonNull(Vertx.currentContext());
    private @Nullable ServerWebSocket socket;
    private @Nullable LoopWrites writes;

    /** To be made on the event loop of the request that asks for an upgrade. */
    SocketExchange(HttpServerRequest request) {
        this.request = request;
    }

    @Override
    public void begin(Events events) {
        request.toWebSocket().onSuccess(upgraded -> open(upgraded, events)).onFailure(_ -> events.closed());
    }

    private void open(ServerWebSocket upgraded, Events events) {
        socket = upgraded;
        writes = new LoopWrites(loop, upgraded, events::writable);
        upgraded.pause();
        upgraded.handler(events::data);
        upgraded.closeHandler(_ -> events.closed());
        upgraded.exceptionHandler(_ -> events.closed());
        upgraded.fetch(1);
    }

    @Override
    public void more() {
        loop.runOnContext(_ -> open().fetch(1));
    }

    @Override
    public void head() {}

    @Override
    public void line(String json) {
        write(json, () -> open().writeTextMessage(json));
    }

    @Override
    public void end() {
        write("", () -> open().close());
    }

    @Override
    public void answer(int httpStatus, String json, Runnable sent) {
        write(
                json,
                () -> open().writeTextMessage(json).onComplete(_ -> {
                    sent.run();
                    open().close();
                }));
    }

    @Override
    public boolean isWritable() {
        return writes == null || writes.hasRoom();
    }

    private ServerWebSocket open() {
        return Objects.requireNonNull(socket);
    }

    private void write(String text, Runnable write) {
        Objects.requireNonNull(writes)
                .write(Buffer.buffer(text, StandardCharsets.UTF_8.name()).length(), () -> {
                    if (!open().isClosed()) {
                        write.run();
                    }
                });
    }
}
