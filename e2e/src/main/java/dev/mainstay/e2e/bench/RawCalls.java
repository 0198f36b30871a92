package dev.mainstay.e2e.bench;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * Connections that send ready-made request bytes and hand back response bytes, so that the load generator spends as
 * little CPU as it can on a machine it shares with the server.
 */
final class RawCalls implements AutoCloseable {

    private static final MethodDescriptor.Marshaller<byte[]> BYTES = new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    };

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private final List<ManagedChannel> channels = new ArrayList<>();

    /** So many connections to these endpoints, {@code http://host:port}, in turn. */
    RawCalls(List<String> endpoints, int connections) {
        for (int i = 0; i < connections; i++) {
            String endpoint = endpoints.get(i % endpoints.size());
            channels.add(NettyChannelBuilder.forTarget(endpoint.replaceFirst("^http://", ""))
                    .usePlaintext()
                    .directExecutor()
                    .eventLoopGroup(loops)
                    .channelType(NioSocketChannel.class)
                    .maxInboundMessageSize(Integer.MAX_VALUE)
                    .flowControlWindow(4 << 20)
                    .build());
        }
    }

    /** How many connections there are. */
    int connections() {
        return channels.size();
    }

    /** A method of the API, e.g. {@code method("etcdserverpb.KV/Put", UNARY)}. */
    static MethodDescriptor<byte[], byte[]> method(String fullName, MethodDescriptor.MethodType type) {
        return MethodDescriptor.newBuilder(BYTES, BYTES)
                .setType(type)
                .setFullMethodName(fullName)
                .build();
    }

    /** One unary call; {@code done} hears the response (empty on failure) and the status, on an event loop. */
    void unary(int client, MethodDescriptor<byte[], byte[]> method, byte[] request, BiConsumer<byte[], Status> done) {
        ClientCall<byte[], byte[]> call = channels.get(client % channels.size()).newCall(method, CallOptions.DEFAULT);
        call.start(
                new ClientCall.Listener<>() {
                    private byte[] response = new byte[0];

                    @Override
                    public void onMessage(byte[] message) {
                        response = message;
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        done.accept(response, status);
                    }
                },
                new Metadata());
        call.request(1);
        call.sendMessage(request);
        call.halfClose();
    }

    /** A stream that sends one request and hears every response until it is cancelled. */
    ClientCall<byte[], byte[]> stream(
            int client, MethodDescriptor<byte[], byte[]> method, byte[] request, ResponseListener listener) {
        ClientCall<byte[], byte[]> call = channels.get(client % channels.size()).newCall(method, CallOptions.DEFAULT);
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(byte[] message) {
                        listener.onResponse(message);
                        call.request(1);
                    }
                },
                new Metadata());
        call.request(64);
        call.sendMessage(request);
        return call;
    }

    /** Hears the responses of a stream, on an event loop. */
    @FunctionalInterface
    interface ResponseListener {
        void onResponse(byte[] message);
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }
}
