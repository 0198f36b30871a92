package dev.mainstay.node.api;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Message;
import dev.mainstay.etcd.proto.ResponseHeader;
import dev.mainstay.node.api.audit.Audit;
import dev.mainstay.node.api.audit.AuditLevel;
import dev.mainstay.node.api.audit.AuditPolicy.Decision;
import dev.mainstay.node.api.audit.AuditRecord;
import dev.mainstay.node.api.transport.CallerCertificate;
import dev.mainstay.node.api.wire.EncodedMessage;
import dev.mainstay.node.api.wire.Reply;
import dev.mainstay.node.common.Caller;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A call that is recorded: looks at its requests and answers as they pass. Any thread. */
final class AuditedCall<ReqT, RespT> extends SimpleForwardingServerCall<ReqT, RespT> {

    private static final Status UNRECORDED = Status.UNAVAILABLE.withDescription(
            "mainstay: the audit log can't be written, and the audit policy refuses calls that aren't recorded");

    private final Audit audit;
    private final Identity identity;
    private final boolean gateway;
    private final String id;
    private final boolean oneRequest;
    private final long startedNanos = System.nanoTime();
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile Status.Code code = Status.Code.CANCELLED;
    private volatile boolean closed;
    private volatile long revision;
    private volatile AuditLevel level = AuditLevel.NONE;
    private volatile boolean asked;
    private volatile String user = "";
    private volatile @Nullable Message request;

    AuditedCall(ServerCall<ReqT, RespT> call, Audit audit, Identity identity, boolean gateway) {
        super(call);
        this.audit = audit;
        this.identity = identity;
        this.gateway = gateway;
        this.id = audit.nextCall();
        this.oneRequest = call.getMethodDescriptor().getType().clientSendsOneMessage();
    }

    /**
     * A request has come.
     *
     * @return done when it may go on; fails if it must not
     */
    CompletableFuture<Void> asked(ReqT message) {
        Message asks = (Message) message;
        Decision decision = audit.decide(method(), user(), asks);
        asked = true;
        if (decision.level().compareTo(level) > 0) {
            level = decision.level();
        }
        if (oneRequest && decision.level() == AuditLevel.REQUEST) {
            request = asks;
        }
        if (!decision.records() || (oneRequest && !decision.refuses())) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> written =
                audit.record(record(AuditRecord.Stage.RECEIVED, decision.level(), shown(asks, decision), null));
        return decision.refuses() ? written : CompletableFuture.completedFuture(null);
    }

    /** Ends the call, since a request of it couldn't be recorded. */
    void refuse() {
        audit.refused();
        close(UNRECORDED, new Metadata());
    }

    /** Ends the call, since what serves it threw. */
    void broken(Throwable why) {
        if (!closed) {
            close(
                    why instanceof StatusRuntimeException refusal
                            ? refusal.getStatus()
                            : Status.UNKNOWN.withDescription("Application error processing RPC"),
                    new Metadata());
        }
    }

    /** The call failed while it started. */
    void failed(RuntimeException why) {
        code = Status.fromThrowable(why).getCode();
        ended();
    }

    boolean isClosed() {
        return closed;
    }

    /** The call is over. */
    void ended() {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        AuditLevel recorded = asked ? level : audit.decide(method(), user()).level();
        if (recorded == AuditLevel.NONE) {
            return;
        }
        var end = new AuditRecord.End(code.name(), revision, System.nanoTime() - startedNanos);
        // What comes of it is counted and told by the log; the call is over.
        CompletableFuture<?> _ =
                audit.record(record(AuditRecord.Stage.COMPLETE, recorded, Optional.ofNullable(request), end));
    }

    @Override
    public void sendMessage(RespT message) {
        super.sendMessage(message instanceof Reply reply ? watched(reply) : message);
        if (message instanceof Message answer) {
            note(answer);
        }
    }

    @Override
    public void close(Status status, Metadata trailers) {
        code = status.getCode();
        closed = true;
        super.close(status, trailers);
    }

    @SuppressWarnings("unchecked") // where answers are replies, any reply will do
    private RespT watched(Reply reply) {
        return getMethodDescriptor().getType() == MethodType.UNARY ? (RespT) new Watched(reply) : (RespT) reply;
    }

    private void note(Message answer) {
        var field = answer.getDescriptorForType().findFieldByName("header");
        if (field != null && answer.getField(field) instanceof ResponseHeader header) {
            revision = header.getRevision();
        }
    }

    private AuditRecord record(
            AuditRecord.Stage stage, AuditLevel shown, Optional<Message> details, AuditRecord.@Nullable End end) {
        return new AuditRecord(
                audit.now(),
                id,
                stage,
                shown,
                method(),
                user(),
                CallerCertificate.of(this).map(CallerCertificate::commonName).orElse(""),
                address(),
                gateway,
                details,
                Optional.ofNullable(end));
    }

    private static Optional<Message> shown(Message message, Decision decision) {
        return decision.level() == AuditLevel.REQUEST ? Optional.of(message) : Optional.empty();
    }

    private String method() {
        return getMethodDescriptor().getFullMethodName();
    }

    /** Who it was when it was known for the first time: the call itself may end that. */
    private String user() {
        if (user.isEmpty() && identity.now() instanceof Identity.Who.Known(Caller.User(String name, var _))) {
            user = name;
        }
        return user;
    }

    private String address() {
        SocketAddress remote = getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
        return remote instanceof InetSocketAddress ip
                ? ip.getAddress().getHostAddress() + ":" + ip.getPort()
                : String.valueOf(remote);
    }

    /** An answer whose header is looked at when it becomes bytes. */
    private final class Watched implements Reply {

        private final Reply reply;

        Watched(Reply reply) {
            this.reply = reply;
        }

        @Override
        public EncodedMessage encode() {
            EncodedMessage encoded = reply.encode();
            revision = revision(encoded);
            return encoded;
        }

        @Override
        public void discard() {
            reply.discard();
        }

        /** The header is the first field of every answer. */
        private static long revision(EncodedMessage message) {
            try {
                return header(message).getRevision();
            } catch (IOException e) {
                throw new IllegalStateException("an answer of our own that can't be parsed", e);
            }
        }

        private static ResponseHeader header(EncodedMessage message) throws IOException {
            CodedInputStream in = CodedInputStream.newInstance(
                    message.array(), message.frameStart() + EncodedMessage.FRAME_HEADER_BYTES, message.length());
            if (in.isAtEnd() || in.readTag() >>> 3 != 1) {
                return ResponseHeader.getDefaultInstance();
            }
            return ResponseHeader.parseFrom(in.readByteBuffer());
        }
    }
}
