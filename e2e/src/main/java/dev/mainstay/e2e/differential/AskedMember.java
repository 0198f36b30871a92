package dev.mainstay.e2e.differential;

import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.etcd.proto.MemberListRequest;
import java.util.concurrent.TimeUnit;

/**
 * One member of the cluster a player asks. Knows whether it may lack something another member has answered, which matters
 * for answers it gives from its own state. One thread.
 */
final class AskedMember implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 30;

    /** A linearizable read that no alarm refuses: a member that answers has applied all that was answered before. */
    private static final MemberListRequest BARRIER =
            MemberListRequest.newBuilder().setLinearizable(true).build();

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

    /** Returns once it has applied everything that was answered so far, by whichever member. */
    void catchUp() {
        if (behind) {
            client.cluster()
                    .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .memberList(BARRIER);
            behind = false;
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
