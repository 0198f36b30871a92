package dev.mainstay.node.consensus;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Locale;
import org.apache.ratis.thirdparty.io.grpc.Drainable;
import org.apache.ratis.thirdparty.io.grpc.KnownLength;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.MethodDescriptor;
import org.apache.ratis.thirdparty.io.grpc.Status;

/** How calls between members look on the wire: unary gRPC calls of one service, with bytes both ways. */
final class PeerWire {

    static final String SERVICE = "dev.mainstay.Peer";

    /** The member id of a caller that isn't a member yet. */
    static final long STRANGER = 0;

    /** The caller's member id, hex. */
    static final Metadata.Key<String> FROM = Metadata.Key.of("mainstay-member", Metadata.ASCII_STRING_MARSHALLER);

    /** The caller's cluster, as {@link #clusterName} has it. */
    static final Metadata.Key<String> CLUSTER = Metadata.Key.of("mainstay-cluster", Metadata.ASCII_STRING_MARSHALLER);

    /** The trace that a request belongs to, if it does. Who doesn't know it passes over it. */
    static final Metadata.Key<String> TRACE = Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);

    private static final MethodDescriptor.Marshaller<byte[]> BYTES = new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
            return new WholeArray(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw Status.INTERNAL
                        .withDescription("reading a peer's message")
                        .withCause(e)
                        .asRuntimeException();
            }
        }
    };

    private PeerWire() {}

    /** A cluster's id, hex; from the time on that it was forced to begin anew with its generation. */
    static String clusterName(long clusterId, int generation) {
        return Long.toHexString(clusterId) + (generation == 0 ? "" : "/" + generation);
    }

    static MethodDescriptor<byte[], byte[]> descriptor(PeerMethod method) {
        return MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(
                        SERVICE, method.name().toLowerCase(Locale.ROOT)))
                .setRequestMarshaller(BYTES)
                .setResponseMarshaller(BYTES)
                .build();
    }

    /** Lets gRPC take an array's length and bytes without a copy of its own. */
    private static final class WholeArray extends ByteArrayInputStream implements KnownLength, Drainable {

        WholeArray(byte[] value) {
            super(value);
        }

        @Override
        public int drainTo(OutputStream target) throws IOException {
            int length = available();
            target.write(buf, pos, length);
            pos = count;
            return length;
        }
    }
}
