package dev.mainstay.node.api;

import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.consensus.RaftStatus;
import io.grpc.InternalMetadata;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Honours what callers demand in their metadata: {@code hasleader: true} wants an error rather than a wait when this member
 * knows no leader, and for a stream also when it loses its leader for three election timeouts; a {@code client-api-version}
 * must be text.
 */
final class CallerDemands implements ServerInterceptor {

    private static final int CHECKS_WITHOUT_LEADER = 3;
    private static final Metadata.Key<String> HAS_LEADER =
            Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<byte[]> CLIENT_API_VERSION =
            InternalMetadata.keyOf("client-api-version", new RawValue());

    private final RaftStatus raft;
    private final OpenStreams streams = new OpenStreams();
    private int checksWithoutLeader;

    CallerDemands(RaftStatus raft, ScheduledExecutorService scheduler, Duration electionTimeout) {
        this.raft = raft;
        long period = electionTimeout.toMillis();
        ScheduledFuture<?> _ = scheduler.scheduleAtFixedRate(this::checkLeader, period, period, TimeUnit.MILLISECONDS);
    }

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
            ServerCall<ReqT, RespT> call, Metadata metadata, ServerCallHandler<ReqT, RespT> next) {
        byte[] version = metadata.get(CLIENT_API_VERSION);
        if (version != null && !isText(version)) {
            return refuse(call, ErrorCode.INVALID_CLIENT_API_VERSION);
        }
        if (!"true".equals(metadata.get(HAS_LEADER))) {
            return next.startCall(call, metadata);
        }
        if (!raft.hasLeader()) {
            return refuse(call, ErrorCode.NO_LEADER);
        }
        if (call.getMethodDescriptor().getType().serverSendsOneMessage()) {
            return next.startCall(call, metadata);
        }
        return streams.hold(call, next.startCall(call, metadata));
    }

    /** Runs once per election timeout, on the scheduler's thread. */
    void checkLeader() {
        checksWithoutLeader = raft.hasLeader() ? 0 : checksWithoutLeader + 1;
        if (checksWithoutLeader < CHECKS_WITHOUT_LEADER) {
            return;
        }
        streams.end(ErrorCode.NO_LEADER);
    }

    private static <ReqT> ServerCall.Listener<ReqT> refuse(ServerCall<ReqT, ?> call, ErrorCode code) {
        call.close(Statuses.of(code), new Metadata());
        return new ServerCall.Listener<>() {};
    }

    private static boolean isText(byte[] value) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** The bytes of a header as they came. */
    private static final class RawValue implements InternalMetadata.TrustedAsciiMarshaller<byte[]> {

        @Override
        public byte[] toAsciiString(byte[] value) {
            return value;
        }

        @Override
        public byte[] parseAsciiString(byte[] serialized) {
            return serialized;
        }
    }
}
