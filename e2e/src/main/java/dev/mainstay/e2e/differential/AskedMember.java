package dev.mainstay.e2e.differential;

import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.etcd.proto.ClusterGrpc;
import dev.mainstay.etcd.proto.MemberListRequest;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * One member of the cluster a player asks. Knows whether it may lack something another member has answered, which matters
 * for answers it gives from its own state. One thread.
 */
final class AskedMember implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 30;

    /** A linearizable read that no alarm refuses: a member that answers has applied all that was answered before. */
    private static final MemberListRequest BARRIER =
            MemberListRequest.newBuilder().setLinearizable(true).build();

    private static final Set<Status.Code> REFUSALS =
            Set.of(Status.Code.INVALID_ARGUMENT, Status.Code.UNAUTHENTICATED, Status.Code.PERMISSION_DENIED);

    private final EtcdClient client;
    private final Canonical canonical;
    private boolean behind = true;

    AskedMember(EtcdClient client, Canonical canonical) {
        this.client = client;
        this.canonical = canonical;
    }

    EtcdClient client() {
        return client;
    }

    Canonical canonical() {
        return canonical;
    }

    /** Another member has answered something that this one may not have applied yet. */
    void mayBeBehind() {
        behind = true;
    }

    /**
     * Returns once it has applied everything that was answered so far, by whichever member.
     *
     * @param root bears the token of who may do everything, if anybody may
     */
    void catchUp(Function<Channel, Channel> root) {
        if (behind) {
            try {
                ClusterGrpc.newBlockingStub(root.apply(client.channel()))
                        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                        .memberList(BARRIER);
            } catch (StatusRuntimeException e) {
                // Who may not ask has waited all the same.
                if (!REFUSALS.contains(e.getStatus().getCode())) {
                    throw e;
                }
            }
            behind = false;
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
