package dev.mainstay.node.api.recipes;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.mainstay.etcd.proto.DeleteRangeRequest;
import dev.mainstay.etcd.proto.DeleteRangeResponse;
import dev.mainstay.etcd.proto.KVGrpc;
import dev.mainstay.etcd.proto.LeaseGrantRequest;
import dev.mainstay.etcd.proto.LeaseGrantResponse;
import dev.mainstay.etcd.proto.LeaseGrpc;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RangeResponse;
import dev.mainstay.etcd.proto.TxnRequest;
import dev.mainstay.etcd.proto.TxnResponse;
import dev.mainstay.etcd.proto.WatchCreateRequest;
import dev.mainstay.etcd.proto.WatchGrpc;
import dev.mainstay.etcd.proto.WatchRequest;
import dev.mainstay.etcd.proto.WatchResponse;
import dev.mainstay.node.api.local.LocalCall;
import dev.mainstay.node.api.local.LocalMethods;
import dev.mainstay.node.api.local.LocalReceiver;
import dev.mainstay.node.api.wire.EncodedMessage;
import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The calls that a recipe is made of, each made in the name of the recipe's caller: with its metadata and the attributes of
 * its connection, through everything that stands in front of these services. Futures fail with a
 * {@link io.grpc.StatusRuntimeException}; they complete on threads that may read from the disk. Any thread.
 */
final class CallerCalls {

    private static final Metadata.Key<String> HAS_LEADER =
            Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

    private final LocalMethods methods;
    private final Metadata metadata;
    private final Attributes attributes;

    private CallerCalls(LocalMethods methods, Metadata metadata, Attributes attributes) {
        this.methods = methods;
        this.metadata = metadata;
        this.attributes = attributes;
    }

    /** The calls that may be made for whoever made this one. */
    static CallerCalls of(LocalMethods methods, ServerCall<?, ?> call, Metadata metadata) {
        Metadata own = new Metadata();
        own.merge(metadata);
        // Asked once, when the recipe begins; a contender that waits outlives an election.
        own.discardAll(HAS_LEADER);
        return new CallerCalls(methods, own, call.getAttributes());
    }

    CompletableFuture<TxnResponse> txn(TxnRequest request) {
        return single(KVGrpc.getTxnMethod(), request, TxnResponse.parser());
    }

    CompletableFuture<RangeResponse> range(RangeRequest request) {
        return single(KVGrpc.getRangeMethod(), request, RangeResponse.parser());
    }

    CompletableFuture<DeleteRangeResponse> delete(DeleteRangeRequest request) {
        return single(KVGrpc.getDeleteRangeMethod(), request, DeleteRangeResponse.parser());
    }

    CompletableFuture<LeaseGrantResponse> grant(LeaseGrantRequest request) {
        return single(LeaseGrpc.getLeaseGrantMethod(), request, LeaseGrantResponse.parser());
    }

    /** Begins to watch. */
    Watch watch(WatchCreateRequest request, WatchListener listener) {
        LocalCall<?, ?> call = start(WatchGrpc.getWatchMethod(), new WatchReceiver(listener));
        call.send(WatchRequest.newBuilder().setCreateRequest(request).build().toByteArray());
        return new Watch(call);
    }

    /** Hears of one watcher; its methods are called one after the other. */
    interface WatchListener {

        void responded(WatchResponse response);

        /** The stream has ended; not told to one who cancelled. */
        void ended(Status status);

        /** Whether more responses are welcome. Any thread. */
        default boolean isReady() {
            return true;
        }
    }

    /** A watcher that goes on until it is cancelled. */
    record Watch(LocalCall<?, ?> call) {

        void cancel() {
            call.cancel();
        }

        /** The listener takes responses again. */
        void ready() {
            call.ready();
        }
    }

    private LocalCall<?, ?> start(MethodDescriptor<?, ?> method, LocalReceiver receiver) {
        Metadata own = new Metadata();
        own.merge(metadata);
        LocalCall<?, ?> call = methods.prepare(method.getFullMethodName(), attributes, receiver);
        call.start(own);
        return call;
    }

    private <T> CompletableFuture<T> single(MethodDescriptor<?, T> method, MessageLite request, Parser<T> parser) {
        CompletableFuture<T> response = new CompletableFuture<>();
        LocalCall<?, ?> call = start(method, new SingleReceiver<>(response, parser));
        call.send(request.toByteArray());
        call.halfClose();
        return response;
    }

    private static <T> T parse(EncodedMessage message, Parser<T> parser) {
        try {
            return parser.parseFrom(
                    message.array(), message.frameStart() + EncodedMessage.FRAME_HEADER_BYTES, message.length());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("an answer of our own that can't be parsed", e);
        }
    }

    private static final class SingleReceiver<T> implements LocalReceiver {

        private final CompletableFuture<T> response;
        private final Parser<T> parser;
        private @Nullable T message;

        SingleReceiver(CompletableFuture<T> response, Parser<T> parser) {
            this.response = response;
            this.parser = parser;
        }

        @Override
        public void message(EncodedMessage encoded) {
            message = parse(encoded, parser);
        }

        @Override
        public void closed(Status status, Metadata trailers) {
            T complete = message;
            if (status.isOk() && complete != null) {
                response.complete(complete);
            } else {
                response.completeExceptionally(status.asRuntimeException());
            }
        }
    }

    private record WatchReceiver(WatchListener listener) implements LocalReceiver {

        @Override
        public void message(EncodedMessage encoded) {
            listener.responded(parse(encoded, WatchResponse.parser()));
        }

        @Override
        public void closed(Status status, Metadata trailers) {
            listener.ended(status);
        }

        @Override
        public boolean isReady() {
            return listener.isReady();
        }
    }
}
