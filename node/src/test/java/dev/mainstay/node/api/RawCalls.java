package dev.mainstay.node.api;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Calls whose messages are plain bytes, so that they may be anything. */
final class RawCalls {

    private RawCalls() {}

    static byte[] unary(Channel channel, String fullMethodName, byte[] request) {
        return ClientCalls.blockingUnaryCall(
                channel, method(fullMethodName, MethodType.UNARY), CallOptions.DEFAULT, request);
    }

    /** A call that sends one request and takes nothing until it is told to. */
    static ClientCall<byte[], byte[]> start(
            Channel channel, MethodDescriptor<?, ?> of, byte[] request, ClientCall.Listener<byte[]> listener) {
        ClientCall<byte[], byte[]> call =
                channel.newCall(method(of.getFullMethodName(), of.getType()), CallOptions.DEFAULT);
        call.start(listener, new Metadata());
        call.sendMessage(request);
        call.halfClose();
        return call;
    }

    private static MethodDescriptor<byte[], byte[]> method(String fullMethodName, MethodType type) {
        return MethodDescriptor.<byte[], byte[]>newBuilder()
                .setFullMethodName(fullMethodName)
                .setType(type)
                .setRequestMarshaller(PlainBytes.INSTANCE)
                .setResponseMarshaller(PlainBytes.INSTANCE)
                .build();
    }

    private enum PlainBytes implements MethodDescriptor.Marshaller<byte[]> {
        INSTANCE;

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
    }
}
