package dev.mainstay.node.server;

import dev.mainstay.proto.v1.MigrationGrpc;
import dev.mainstay.proto.v1.MigrationStateRequest;
import dev.mainstay.proto.v1.MigrationStateResponse;
import dev.mainstay.proto.v1.MigrationStepRequest;
import io.grpc.Status;
import java.io.IOException;

/** The cluster that takes another's state over, as the tool calls it. */
final class MigrationTarget {

    private final ToolCluster cluster;
    private long migration;

    MigrationTarget(ToolCluster cluster) {
        this.cluster = cluster;
    }

    ToolCluster cluster() {
        return cluster;
    }

    /** How far it is. */
    MigrationStateResponse state() throws IOException {
        try {
            return cluster.call(channel ->
                    MigrationGrpc.newBlockingStub(channel).state(MigrationStateRequest.getDefaultInstance()));
        } catch (ToolCluster.Refusal e) {
            if (e.code() == Status.Code.UNIMPLEMENTED || e.code() == Status.Code.UNKNOWN) {
                throw ToolException.failed(
                        cluster.name() + " is no member of Mainstay that can be migrated to: " + e.getMessage());
            }
            throw e;
        }
    }

    /** Says which migration the steps are of. */
    void of(long id) {
        migration = id;
    }

    /** Does a step, which may be done twice. */
    long step(MigrationStepRequest.Builder step) throws IOException {
        MigrationStepRequest request = step.setMigration(migration).build();
        return cluster.call(
                channel -> MigrationGrpc.newBlockingStub(channel).step(request).getRevision());
    }
}
