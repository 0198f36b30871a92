package dev.mainstay.node.api;

import dev.mainstay.etcd.proto.AlarmMember;
import dev.mainstay.etcd.proto.AlarmRequest;
import dev.mainstay.etcd.proto.AlarmResponse;
import dev.mainstay.etcd.proto.AlarmType;
import dev.mainstay.etcd.proto.DefragmentRequest;
import dev.mainstay.etcd.proto.DefragmentResponse;
import dev.mainstay.etcd.proto.DowngradeInfo;
import dev.mainstay.etcd.proto.DowngradeRequest;
import dev.mainstay.etcd.proto.DowngradeResponse;
import dev.mainstay.etcd.proto.HashKVRequest;
import dev.mainstay.etcd.proto.HashKVResponse;
import dev.mainstay.etcd.proto.HashRequest;
import dev.mainstay.etcd.proto.HashResponse;
import dev.mainstay.etcd.proto.MaintenanceGrpc;
import dev.mainstay.etcd.proto.MoveLeaderRequest;
import dev.mainstay.etcd.proto.MoveLeaderResponse;
import dev.mainstay.etcd.proto.SnapshotRequest;
import dev.mainstay.etcd.proto.SnapshotResponse;
import dev.mainstay.etcd.proto.StatusRequest;
import dev.mainstay.etcd.proto.StatusResponse;
import dev.mainstay.node.api.UnaryCalls.Responder;
import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Alarm;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.consensus.RaftStatus;
import dev.mainstay.node.maintenance.Alarms;
import dev.mainstay.node.membership.Members;
import dev.mainstay.node.mvcc.HashRead;
import dev.mainstay.node.mvcc.KvStore;
import io.grpc.ServerServiceDefinition;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The Maintenance service. */
final class MaintenanceService {

    private final ApiSettings settings;
    private final RaftStatus raft;
    private final KvStore store;
    private final Alarms alarms;
    private final StorageCare storage;
    private final Supplier<Members> members;
    private final MemberChanges changes;
    private final Proposals proposals;
    private final ResponseHeaders headers;
    private final RangeReader reader;
    private final Access access;
    private final Downgrades downgrades;
    private final SnapshotStreams snapshots;

    MaintenanceService(
            ApiSettings settings,
            ApiPorts ports,
            Proposals proposals,
            ResponseHeaders headers,
            RangeReader reader,
            Access access,
            Reads reads,
            SnapshotStreams snapshots) {
        this.settings = settings;
        this.raft = ports.raft();
        this.store = ports.store();
        this.alarms = ports.alarms();
        this.storage = ports.storageCare();
        this.members = ports.members();
        this.changes = ports.memberChanges();
        this.proposals = proposals;
        this.headers = headers;
        this.reader = reader;
        this.access = access;
        this.downgrades = new Downgrades(reads);
        this.snapshots = snapshots;
    }

    ServerServiceDefinition definition() {
        return new ServiceAssembly(MaintenanceGrpc.getServiceDescriptor())
                .add(
                        MaintenanceGrpc.getAlarmMethod(),
                        AlarmRequest.getDefaultInstance(),
                        AlarmResponse.getDefaultInstance(),
                        UnaryCalls.unary(this::alarm))
                .add(
                        MaintenanceGrpc.getStatusMethod(),
                        StatusRequest.getDefaultInstance(),
                        StatusResponse.getDefaultInstance(),
                        UnaryCalls.unary((_, responder) -> responder.reply(status())))
                .add(
                        MaintenanceGrpc.getDefragmentMethod(),
                        DefragmentRequest.getDefaultInstance(),
                        DefragmentResponse.getDefaultInstance(),
                        UnaryCalls.unary(this::defragment))
                .add(
                        MaintenanceGrpc.getHashMethod(),
                        HashRequest.getDefaultInstance(),
                        HashResponse.getDefaultInstance(),
                        UnaryCalls.unary(this::hash))
                .add(
                        MaintenanceGrpc.getHashKVMethod(),
                        HashKVRequest.getDefaultInstance(),
                        HashKVResponse.getDefaultInstance(),
                        UnaryCalls.unary(this::hashKv))
                .add(
                        MaintenanceGrpc.getSnapshotMethod(),
                        SnapshotRequest.getDefaultInstance(),
                        SnapshotResponse.getDefaultInstance(),
                        UnaryCalls.streaming((_, call) -> snapshots.start(call)))
                .add(
                        MaintenanceGrpc.getMoveLeaderMethod(),
                        MoveLeaderRequest.getDefaultInstance(),
                        MoveLeaderResponse.getDefaultInstance(),
                        UnaryCalls.unary(this::moveLeader))
                .add(
                        MaintenanceGrpc.getDowngradeMethod(),
                        DowngradeRequest.getDefaultInstance(),
                        DowngradeResponse.getDefaultInstance(),
                        UnaryCalls.unary(downgrades::answer))
                .build();
    }

    private void alarm(AlarmRequest request, Responder<AlarmResponse> responder) {
        ErrorCode refusal = access.ask(
                responder.identity(),
                permits -> request.getAction() == AlarmRequest.AlarmAction.GET
                        ? permits.state().mayCall(permits.caller())
                        : permits.state().mayAdminister(permits.caller()));
        if (refusal != null) {
            responder.refuse(refusal);
            return;
        }
        Alarm.Type type = type(request.getAlarm());
        switch (request.getAction()) {
            case GET ->
                responder.reply(alarms(
                        store.revision(),
                        alarms.raised().stream()
                                .filter(alarm -> request.getAlarm() == AlarmType.NONE || alarm.type() == type)
                                .toList()));
            case ACTIVATE, DEACTIVATE -> {
                if (type == null) {
                    responder.reply(alarms(store.revision(), List.of()));
                    return;
                }
                boolean active = request.getAction() == AlarmRequest.AlarmAction.ACTIVATE;
                Command command = new Command.SetAlarm(new Alarm(request.getMemberID(), type), active);
                proposals.propose(command, responder, outcome -> {
                    if (outcome instanceof Outcome.AlarmsChanged changed) {
                        responder.reply(alarms(changed.revision(), changed.alarms()));
                    }
                });
            }
            case UNRECOGNIZED -> responder.reply(alarms(store.revision(), List.of()));
        }
    }

    private StatusResponse status() {
        StatusResponse.Builder status = StatusResponse.newBuilder()
                .setHeader(headers.of(store.revision()))
                .setVersion(settings.version())
                .setDbSize(storage.sizeBytes())
                .setDbSizeInUse(storage.sizeInUseBytes())
                .setDbSizeQuota(storage.quotaBytes())
                .setLeader(raft.leaderId())
                .setRaftIndex(raft.committedIndex())
                .setRaftAppliedIndex(raft.appliedIndex())
                .setRaftTerm(raft.term())
                .setStorageVersion(settings.storageVersion())
                .setDowngradeInfo(DowngradeInfo.getDefaultInstance())
                .setIsLearner(members.get()
                        .find(settings.memberId())
                        .map(member -> member.learner())
                        .orElse(false));
        if (!raft.hasLeader()) {
            status.addErrors(ErrorCode.NO_LEADER.message());
        }
        for (Alarm alarm : alarms.raised()) {
            String member = alarm.memberId() == 0 ? "" : "memberID:" + Long.toUnsignedString(alarm.memberId()) + " ";
            status.addErrors(member + "alarm:" + alarm.type() + " ");
        }
        return status.build();
    }

    private void defragment(DefragmentRequest request, Responder<DefragmentResponse> responder) {
        storage.defragment();
        responder.reply(DefragmentResponse.getDefaultInstance());
    }

    private void hash(HashRequest request, Responder<HashResponse> responder) {
        hashed(
                0,
                responder,
                hashed -> responder.reply(HashResponse.newBuilder()
                        .setHeader(headers.of(hashed.currentRevision()))
                        .setHash(hashed.hash())
                        .build()));
    }

    private void hashKv(HashKVRequest request, Responder<HashKVResponse> responder) {
        hashed(
                request.getRevision(),
                responder,
                hashed -> responder.reply(HashKVResponse.newBuilder()
                        .setHeader(headers.of(hashed.currentRevision()))
                        .setHash(hashed.hash())
                        .setHashRevision(hashed.hashRevision())
                        .setCompactRevision(hashed.compactRevision())
                        .build()));
    }

    /** Hashing reads everything, so it goes to the threads for long reads. */
    private void hashed(long revision, Responder<?> responder, Consumer<HashRead.Hashed> onHashed) {
        reader.execute(responder, () -> {
            switch (store.hash(revision)) {
                case HashRead.Hashed hashed -> onHashed.accept(hashed);
                case HashRead.Refused(ErrorCode code) -> responder.refuse(code);
            }
        });
    }

    /** etcd answers without a header. */
    private void moveLeader(MoveLeaderRequest request, Responder<MoveLeaderResponse> responder) {
        CompletableFuture<?> _ = changes.moveLeader(request.getTargetID())
                .thenAccept(refusal -> refusal.ifPresentOrElse(
                        responder::refuse, () -> responder.reply(MoveLeaderResponse.getDefaultInstance())));
    }

    private AlarmResponse alarms(long revision, List<Alarm> changed) {
        AlarmResponse.Builder response = AlarmResponse.newBuilder().setHeader(headers.of(revision));
        for (Alarm alarm : changed) {
            response.addAlarms(AlarmMember.newBuilder()
                    .setMemberID(alarm.memberId())
                    .setAlarm(
                            switch (alarm.type()) {
                                case NOSPACE -> AlarmType.NOSPACE;
                                case CORRUPT -> AlarmType.CORRUPT;
                            }));
        }
        return response.build();
    }

    private static Alarm.@Nullable Type type(AlarmType type) {
        return switch (type) {
            case NOSPACE -> Alarm.Type.NOSPACE;
            case CORRUPT -> Alarm.Type.CORRUPT;
            case NONE, UNRECOGNIZED -> null;
        };
    }
}
