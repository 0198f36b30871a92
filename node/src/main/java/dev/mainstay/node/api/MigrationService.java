package dev.mainstay.node.api;

import dev.mainstay.node.api.UnaryCalls.Responder;
import dev.mainstay.node.apply.Migration;
import dev.mainstay.node.apply.MigrationState;
import dev.mainstay.node.command.MigrationCommand;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.mvcc.KvStore;
import dev.mainstay.proto.v1.MigrationGrpc;
import dev.mainstay.proto.v1.MigrationPhase;
import dev.mainstay.proto.v1.MigrationStateRequest;
import dev.mainstay.proto.v1.MigrationStateResponse;
import dev.mainstay.proto.v1.MigrationStepRequest;
import dev.mainstay.proto.v1.MigrationStepResponse;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;

/** The Migration service: a cluster that is left is taken over step by step. It takes the root role, as soon as there is one. */
final class MigrationService {

    private final Migration migration;
    private final KvStore store;
    private final Proposals proposals;
    private final Reads reads;
    private final long clusterId;

    MigrationService(ApiPorts ports, Proposals proposals, Reads reads, long clusterId) {
        this.migration = ports.migration();
        this.store = ports.store();
        this.proposals = proposals;
        this.reads = reads;
        this.clusterId = clusterId;
    }

    ServerServiceDefinition definition() {
        return new ServiceAssembly(MigrationGrpc.getServiceDescriptor())
                .add(
                        MigrationGrpc.getStateMethod(),
                        MigrationStateRequest.getDefaultInstance(),
                        MigrationStateResponse.getDefaultInstance(),
                        UnaryCalls.unary(
                                (_, responder) -> reads.linearizable(responder, () -> responder.reply(state()))))
                .add(
                        MigrationGrpc.getStepMethod(),
                        MigrationStepRequest.getDefaultInstance(),
                        MigrationStepResponse.getDefaultInstance(),
                        UnaryCalls.unary(this::step))
                .build();
    }

    private void step(MigrationStepRequest request, Responder<MigrationStepResponse> responder) {
        MigrationCommand command;
        try {
            command = MigrationSteps.command(request);
        } catch (IllegalArgumentException e) {
            responder.refuse(Status.INVALID_ARGUMENT.withDescription("mainstay: " + e.getMessage()));
            return;
        }
        proposals.propose(command, responder, outcome -> {
            if (outcome instanceof Outcome.Done(long revision)) {
                responder.reply(
                        MigrationStepResponse.newBuilder().setRevision(revision).build());
            }
        });
    }

    private MigrationStateResponse state() {
        MigrationState now = migration.now();
        return MigrationStateResponse.newBuilder()
                .setMigration(now.id())
                .setPhase(
                        switch (now.phase()) {
                            case NONE -> MigrationPhase.NONE;
                            case LOADING -> MigrationPhase.LOADING;
                            case FOLLOWING -> MigrationPhase.FOLLOWING;
                            case FINISHED -> MigrationPhase.FINISHED;
                            case ABORTED -> MigrationPhase.ABORTED;
                        })
                .setSource(now.source())
                .setSnapshotRevision(now.snapshotRevision())
                .setParts(now.parts())
                .setRevision(store.revision())
                .setCompactRevision(store.compactRevision())
                .setClusterId(clusterId)
                .build();
    }
}
