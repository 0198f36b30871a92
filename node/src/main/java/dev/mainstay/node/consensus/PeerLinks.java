package dev.mainstay.node.consensus;

import dev.mainstay.node.consensus.PeerException.Reason;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import org.apache.ratis.thirdparty.io.grpc.CallOptions;
import org.apache.ratis.thirdparty.io.grpc.ClientCall;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannel;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyChannelBuilder;
import org.jspecify.annotations.Nullable;

/** The calling side of the peer port: one connection per address, kept. Any thread. */
final class PeerLinks implements PeerCalls, AutoCloseable {

    /** A cluster has at most nine members; a few more while their addresses change. */
    private static final int MOST_CHANNELS = 16;

    private final long self;
    private final String cluster;
    private final PeerPort own;
    private final PeerSecurity security;
    private final LongFunction<Optional<String>> addresses;
    private final int maxMessageBytes;
    private final int patienceMillis;
    private final PeerMeter meter;
    private final Map<String, ManagedChannel> channels = new LinkedHashMap<>(MOST_CHANNELS, 0.75f, true);
    private boolean closed;

    /**
     * @param self this member's id; 0 for a stranger, who is answered nothing but who the others are
     * @param cluster as {@link PeerWire#clusterName} has it
     * @param own answers what this member asks of itself
     * @param security how the others are spoken to
     * @param addresses where a member's peers reach it, {@code host:port}
     * @param patienceMillis how long a call may take when its caller doesn't say
     */
    PeerLinks(
            long self,
            String cluster,
            PeerPort own,
            PeerSecurity security,
            LongFunction<Optional<String>> addresses,
            int maxMessageBytes,
            int patienceMillis,
            PeerMeter meter) {
        this.self = self;
        this.cluster = cluster;
        this.own = own;
        this.security = security;
        this.addresses = addresses;
        this.maxMessageBytes = maxMessageBytes;
        this.patienceMillis = patienceMillis;
        this.meter = meter;
    }

    @Override
    public CompletableFuture<byte[]> call(long memberId, PeerMethod method, byte[] request) {
        return call(memberId, method, request, patienceMillis, null);
    }

    /**
     * The same with a patience of its own.
     *
     * @param traceparent the trace that the request belongs to, if it does
     */
    CompletableFuture<byte[]> call(
            long memberId, PeerMethod method, byte[] request, int millis, @Nullable String traceparent) {
        if (memberId == self) {
            return own.answer(method, self, request, traceparent);
        }
        Optional<String> address = addresses.apply(memberId);
        if (address.isEmpty()) {
            return failed(Reason.UNKNOWN_MEMBER, "no member " + Long.toHexString(memberId));
        }
        CompletableFuture<byte[]> answer = send(address.get(), method, request, millis, traceparent);
        meter.sent(memberId, request.length);
        var _ = answer.whenComplete((bytes, thrown) -> note(memberId, bytes, thrown));
        return answer;
    }

    private void note(long memberId, byte @Nullable [] answer, @Nullable Throwable thrown) {
        if (answer != null) {
            meter.received(memberId, answer.length);
        } else if (thrown instanceof PeerException failure
                && (failure.reason() == Reason.UNREACHABLE || failure.reason() == Reason.TIMEOUT)) {
            meter.sendFailed(memberId);
        }
    }

    @Override
    public CompletableFuture<byte[]> callAddress(String address, PeerMethod method, byte[] request) {
        return send(address, method, request, patienceMillis, null);
    }

    private CompletableFuture<byte[]> send(
            String address, PeerMethod method, byte[] request, int millis, @Nullable String traceparent) {
        ManagedChannel channel = channel(address);
        if (channel == null) {
            return failed(Reason.UNREACHABLE, "this member stops");
        }
        CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(millis, TimeUnit.MILLISECONDS);
        // Nothing waits for the end of a batch that was taken but a metric.
        ClientCall<byte[], byte[]> call = channel.newCall(
                PeerWire.descriptor(method),
                method == PeerMethod.PROPOSE ? options.withExecutor(PeerCallThreads.sameThread()) : options);
        Metadata headers = new Metadata();
        headers.put(PeerWire.FROM, Long.toHexString(self));
        headers.put(PeerWire.CLUSTER, cluster);
        if (traceparent != null) {
            headers.put(PeerWire.TRACE, traceparent);
        }
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        call.start(new Answer(answer, channel, address, security), headers);
        call.request(2);
        call.sendMessage(request);
        call.halfClose();
        return answer;
    }

    private synchronized @Nullable ManagedChannel channel(String address) {
        if (closed) {
            return null;
        }
        ManagedChannel known = channels.get(address);
        if (known != null) {
            return known;
        }
        if (channels.size() >= MOST_CHANNELS) {
            var oldest = channels.entrySet().iterator();
            oldest.next().getValue().shutdown();
            oldest.remove();
        }
        ManagedChannel fresh = security.secure(NettyChannelBuilder.forTarget("dns:///" + address))
                .maxInboundMessageSize(maxMessageBytes)
                .build();
        channels.put(address, fresh);
        return fresh;
    }

    @Override
    public synchronized void close() {
        closed = true;
        channels.values().forEach(ManagedChannel::shutdownNow);
        channels.clear();
    }

    private static CompletableFuture<byte[]> failed(Reason reason, String message) {
        return CompletableFuture.failedFuture(new PeerException(reason, message));
    }

    private static final class Answer extends ClientCall.Listener<byte[]> {

        private static final byte[] NONE = {};

        private final CompletableFuture<byte[]> future;
        private final ManagedChannel channel;
        private final String address;
        private final PeerSecurity security;
        private byte[] message = NONE;

        Answer(CompletableFuture<byte[]> future, ManagedChannel channel, String address, PeerSecurity security) {
            this.future = future;
            this.channel = channel;
            this.address = address;
            this.security = security;
        }

        @Override
        public void onMessage(byte[] bytes) {
            message = bytes;
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            if (status.isOk()) {
                future.complete(message);
                return;
            }
            Reason reason = switch (status.getCode()) {
                case UNAVAILABLE -> Reason.UNREACHABLE;
                case DEADLINE_EXCEEDED -> Reason.TIMEOUT;
                case UNIMPLEMENTED, FAILED_PRECONDITION, PERMISSION_DENIED -> Reason.REFUSED;
                default -> Reason.FAILED;
            };
            if (reason == Reason.UNREACHABLE) {
                // A peer that comes back must not be waited for by a back-off of up to minutes.
                channel.resetConnectBackoff();
            }
            String why = security.failure(address, status.getCause()).orElse(String.valueOf(status.getDescription()));
            future.completeExceptionally(new PeerException(reason, "member at " + address + ": " + why));
        }
    }
}
