package dev.mainstay.e2e.differential;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.mainstay.etcd.proto.CampaignResponse;
import dev.mainstay.etcd.proto.KeyValue;
import dev.mainstay.etcd.proto.LockResponse;
import io.grpc.CallOptions;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** A lock or a campaign under way. Used by its player's thread. */
final class WaitingCall {
    private final StepKind kind;
    private final AskedMember member;
    private final ByteString prefix;
    private final Message request;
    private final ListenableFuture<Message> response;
    private ByteString key = ByteString.EMPTY;
    private long createRevision;

    /** @param prefix of the keys of all contenders */
    WaitingCall(StepKind kind, AskedMember member, ByteString prefix, Message request) {
        this.kind = kind;
        this.member = member;
        this.prefix = prefix;
        this.request = request;
        response = ClientCalls.futureUnaryCall(
                member.client().channel().newCall(kind.method(), CallOptions.DEFAULT), request);
    }

    /** Its key is there. */
    void contends(KeyValue contender) {
        key = contender.getKey();
        createRevision = contender.getCreateRevision();
    }

    StepKind kind() {
        return kind;
    }

    ByteString prefix() {
        return prefix;
    }

    ByteString key() {
        return key;
    }

    /** Of its key, which decides who is before it. */
    long createRevision() {
        return createRevision;
    }

    /** Whether the key is gone, given what is in the store in its place. */
    boolean hasLeft(@Nullable KeyValue inItsPlace) {
        return inItsPlace == null || inItsPlace.getCreateRevision() != createRevision;
    }

    boolean isDone() {
        return response.isDone();
    }

    void cancel() {
        response.cancel(true);
    }

    /** What it came to; it must be done. */
    String answer() {
        try {
            return switch (response.get()) {
                case LockResponse lock -> member.canonical().answer(request, Recipes.hideLease(lock));
                case CampaignResponse won -> member.canonical().answer(request, Recipes.hideLease(won));
                default -> throw new IllegalStateException("neither a lock nor a campaign");
            };
        } catch (ExecutionException e) {
            return member.canonical().error(Status.fromThrowable(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
