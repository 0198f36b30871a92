package dev.mainstay.node.api.gateway;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A call whose requests are the body of an HTTP request, and whose answers are that of the response. */
final class HttpExchange implements Exchange {

    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Context loop = Objects.requireNonNull(Vertx.currentContext());
    private @Nullable LoopWrites writes;
    private boolean answered;

    /** To be made on the event loop of the request, before its body arrives. */
    HttpExchange(HttpServerRequest request) {
        this.request = request;
        this.response = request.response();
    }

    @Override
    public void begin(Events events) {
        writes = new LoopWrites(loop, response, events::writable);
        request.pause();
        request.handler(data -> {
            if (!answered) {
                events.data(data);
            }
        });
        request.endHandler(_ -> events.ended());
        response.closeHandler(_ -> events.closed());
        response.exceptionHandler(_ -> events.closed());
        if ("100-continue".equalsIgnoreCase(request.getHeader("expect"))) {
            response.writeContinue();
        }
        request.fetch(1);
    }

    @Override
    public void more() {
        loop.runOnContext(_ -> request.fetch(1));
    }

    @Override
    public void head() {
        write(0, () -> {
            putHead(200);
            if (request.version() != HttpVersion.HTTP_2) {
                response.setChunked(true);
            }
            response.writeHead();
        });
    }

    @Override
    public void line(String json) {
        Buffer line = Buffer.buffer(json + "\n");
        write(line.length(), () -> response.write(line));
    }

    @Override
    public void end() {
        write(0, () -> {
            response.end();
            drain();
        });
    }

    @Override
    public void answer(int httpStatus, String json, Runnable sent) {
        Buffer body = Buffer.buffer(json);
        loop.runOnContext(_ -> {
            if (isGone()) {
                sent.run();
                return;
            }
            putHead(httpStatus);
            response.end(body).onComplete(_ -> sent.run());
            drain();
        });
    }

    @Override
    public boolean isWritable() {
        return writes == null || writes.hasRoom();
    }

    private void write(int bytes, Runnable write) {
        Objects.requireNonNull(writes).write(bytes, () -> {
            if (!isGone()) {
                write.run();
            }
        });
    }

    private boolean isGone() {
        return response.ended() || response.closed();
    }

    /** Takes in what the client still sends, so that the connection can be used again. */
    private void drain() {
        answered = true;
        request.resume();
    }

    private void putHead(int status) {
        response.setStatusCode(status).putHeader("Content-Type", "application/json");
        if (status == 200) {
            response.putHeader("Grpc-Metadata-Content-Type", "application/grpc");
        }
    }
}
