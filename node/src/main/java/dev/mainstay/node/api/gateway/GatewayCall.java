package dev.mainstay.node.api.gateway;

import dev.mainstay.node.api.Statuses;
import dev.mainstay.node.api.local.LocalCall;
import dev.mainstay.node.api.local.LocalMethods;
import dev.mainstay.node.api.local.LocalReceiver;
import dev.mainstay.node.api.transport.Intake;
import dev.mainstay.node.api.wire.EncodedMessage;
import dev.mainstay.node.common.ErrorCode;
import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * One call through the gateway: JSON becomes requests, answers become JSON. Everything but the exchange's events happens in
 * the turns of the call, off the event loop; one piece of the body is worked on at a time, and none while requests wait.
 */
final class GatewayCall implements LocalReceiver, Exchange.Events {

    private final Route route;
    private final Exchange exchange;
    private final Metadata metadata;
    private final GatewayLimits limits;
    private final AnswerBudget budget;
    private final Intake intake;
    private final Runnable onEnd;
    private Runnable onOver = () -> {};
    private long taken;
    private final JsonValues values;
    private final LocalCall<?, ?> call;
    private @Nullable EncodedMessage answer;
    private volatile boolean started;
    private boolean wantsMore;
    private boolean headed;
    private boolean over;

    GatewayCall(
            Route route,
            Exchange exchange,
            LocalMethods methods,
            Metadata metadata,
            Attributes attributes,
            GatewayLimits limits,
            AnswerBudget budget,
            Intake intake,
            Runnable onEnd) {
        this.route = route;
        this.exchange = exchange;
        this.metadata = metadata;
        this.limits = limits;
        this.budget = budget;
        this.intake = intake;
        this.onEnd = onEnd;
        this.values = new JsonValues(limits.maxJsonBytes(), !route.manyRequests());
        this.call = methods.prepare(route.name(), attributes, this);
    }

    /** To be run once the call is over; before {@link #begin}. */
    void onOver(Runnable more) {
        onOver = more;
    }

    /** Whether the request of a call with one has come; any thread. */
    boolean hasStarted() {
        return started;
    }

    void begin() {
        exchange.begin(this);
    }

    @Override
    public void data(Buffer data) {
        byte[] bytes = data.getBytes();
        call.turn(() -> take(bytes));
    }

    @Override
    public void ended() {
        call.turn(this::endRequests);
    }

    @Override
    public void closed() {
        call.turn(() -> {
            finish();
            call.cancel();
        });
    }

    @Override
    public void writable() {
        call.ready();
    }

    /** Ends the call before it has begun, or while it is under way. */
    void fail(Status status) {
        if (over) {
            return;
        }
        finish();
        call.cancel();
        refuse(status);
    }

    /** The first answer is waited for, as an error in its place has a status of its own. */
    @Override
    public void headers(Metadata headers) {}

    @Override
    public void message(EncodedMessage message) {
        if (!route.manyResponses()) {
            answer = message;
        } else if (!over) {
            head();
            exchange.line("{\"result\":" + JsonMessages.print(message, route.response()) + "}");
        }
    }

    @Override
    public void closed(Status status, Metadata trailers) {
        if (over) {
            return;
        }
        finish();
        EncodedMessage message = answer;
        answer = null;
        if (!status.isOk() && route.manyResponses()) {
            refuseStream(status);
        } else if (!status.isOk()) {
            refuse(status);
        } else if (route.manyResponses()) {
            head();
            exchange.end();
        } else if (message != null) {
            answer(message);
        }
    }

    @Override
    public void drained() {
        if (wantsMore) {
            wantsMore = false;
            exchange.more();
        }
    }

    @Override
    public boolean isReady() {
        return exchange.isWritable();
    }

    private void take(byte[] data) {
        if (over) {
            return;
        }
        if (!route.manyRequests() && started) {
            exchange.more();
            return;
        }
        try {
            for (byte[] json : values.feed(data)) {
                if (route.manyRequests() || !started) {
                    send(JsonMessages.parse(json, route.request()));
                }
            }
            account();
        } catch (StatusRuntimeException e) {
            fail(e.getStatus());
            return;
        }
        call.turn(this::askForMore);
    }

    private void account() {
        long held = over ? 0 : values.heldBytes();
        if (held > taken && !intake.take(held - taken)) {
            throw Status.RESOURCE_EXHAUSTED
                    .withDescription("etcdserver: too many unfinished requests")
                    .asRuntimeException();
        }
        if (held < taken) {
            intake.release(taken - held);
        }
        taken = held;
    }

    private void askForMore() {
        if (call.requestsWait()) {
            wantsMore = true;
        } else if (!over) {
            exchange.more();
        }
    }

    private void endRequests() {
        if (over || (started && !route.manyRequests())) {
            return;
        }
        if (!values.isComplete()) {
            fail(Status.INVALID_ARGUMENT.withDescription("unexpected EOF"));
        } else if (route.manyRequests()) {
            start();
            call.halfClose();
        } else {
            send(new byte[0]);
        }
    }

    private void send(byte[] request) {
        if (request.length > limits.maxMessageBytes()) {
            throw Status.RESOURCE_EXHAUSTED
                    .withDescription("grpc: received message larger than max (" + request.length + " vs. "
                            + limits.maxMessageBytes() + ")")
                    .asRuntimeException();
        }
        start();
        call.send(request);
        if (!route.manyRequests()) {
            call.halfClose();
        }
    }

    private void start() {
        if (!started) {
            started = true;
            call.start(metadata);
        }
    }

    private void answer(EncodedMessage message) {
        int length = message.length();
        if (!budget.allows(length)) {
            refuse(Statuses.of(ErrorCode.RANGE_TOO_LARGE));
        } else if (!budget.take(length)) {
            refuse(Statuses.of(ErrorCode.TOO_MANY_REQUESTS));
        } else {
            exchange.answer(200, JsonMessages.print(message, route.response()), () -> budget.release(length));
        }
    }

    private void refuse(Status status) {
        if (headed) {
            exchange.line(HttpStatuses.line(status));
            exchange.end();
        } else {
            exchange.answer(HttpStatuses.of(status.getCode()), HttpStatuses.body(status), () -> {});
        }
    }

    /** A stream that fails before it says anything has a status, and the line that ends it all the same. */
    private void refuseStream(Status status) {
        if (headed) {
            refuse(status);
        } else {
            exchange.answer(HttpStatuses.of(status.getCode()), HttpStatuses.line(status) + "\n", () -> {});
        }
    }

    private void head() {
        if (!headed) {
            headed = true;
            exchange.head();
        }
    }

    private void finish() {
        if (!over) {
            over = true;
            intake.release(taken);
            taken = 0;
            onEnd.run();
            onOver.run();
        }
    }
}
