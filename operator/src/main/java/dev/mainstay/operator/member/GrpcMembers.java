package dev.mainstay.operator.member;

import dev.mainstay.etcd.proto.AlarmRequest;
import dev.mainstay.etcd.proto.AlarmType;
import dev.mainstay.etcd.proto.ClusterGrpc;
import dev.mainstay.etcd.proto.DefragmentRequest;
import dev.mainstay.etcd.proto.MaintenanceGrpc;
import dev.mainstay.etcd.proto.MemberAddRequest;
import dev.mainstay.etcd.proto.MemberListRequest;
import dev.mainstay.etcd.proto.MemberListResponse;
import dev.mainstay.etcd.proto.MemberPromoteRequest;
import dev.mainstay.etcd.proto.MemberRemoveRequest;
import dev.mainstay.etcd.proto.MoveLeaderRequest;
import dev.mainstay.etcd.proto.StatusRequest;
import dev.mainstay.etcd.proto.StatusResponse;
import dev.mainstay.proto.v1.MigrationGrpc;
import dev.mainstay.proto.v1.MigrationStateRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Calls members by gRPC, over a channel per call: calls are rare, and addresses and certificates come and go. Any thread. */
public final class GrpcMembers implements MemberApi {

    private static final Duration ASK = Duration.ofSeconds(3);
    private static final Duration CHANGE = Duration.ofSeconds(5);
    private static final Duration DEFRAGMENT = Duration.ofSeconds(60);

    private final MetricsCall metrics = new MetricsCall();

    @Override
    public Answer ask(Endpoint endpoint) {
        return GrpcCalls.call("status", endpoint, ASK, channel -> {
            MaintenanceGrpc.MaintenanceBlockingStub maintenance =
                    MaintenanceGrpc.newBlockingStub(channel).withDeadlineAfter(ASK.toMillis(), TimeUnit.MILLISECONDS);
            StatusResponse status = maintenance.status(StatusRequest.getDefaultInstance());
            Optional<MemberListResponse> agreed = Optional.empty();
            Optional<MemberListResponse> list = Optional.empty();
            List<Alarm> alarms = List.of();
            if (!status.getIsLearner()) {
                agreed = list(channel, true);
                list = agreed.isPresent() ? agreed : list(channel, false);
                alarms = agreed.isPresent() ? alarms(maintenance) : List.of();
            }
            return new Answer(
                    hex(status.getHeader().getMemberId()),
                    hex(status.getHeader().getClusterId()),
                    status.getLeader() == 0 ? "" : hex(status.getLeader()),
                    status.getIsLearner(),
                    status.getRaftTerm(),
                    status.getRaftIndex(),
                    status.getDbSize(),
                    status.getDbSizeInUse(),
                    status.getHeader().getRevision(),
                    agreed.isPresent(),
                    list.map(GrpcMembers::lines).orElse(List.of()),
                    alarms);
        });
    }

    @Override
    public boolean isMainstay(Endpoint endpoint) {
        return GrpcCalls.call("kind", endpoint, ASK, channel -> {
            try {
                var _ = MigrationGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(ASK.toMillis(), TimeUnit.MILLISECONDS)
                        .state(MigrationStateRequest.getDefaultInstance());
                return true;
            } catch (StatusRuntimeException e) {
                Status.Code code = e.getStatus().getCode();
                if (code == Status.Code.UNAVAILABLE || code == Status.Code.DEADLINE_EXCEEDED) {
                    throw e;
                }
                return code != Status.Code.UNIMPLEMENTED;
            }
        });
    }

    @Override
    public Published published(Endpoint endpoint) {
        return MetricsPage.read(metrics.page(endpoint.metrics()));
    }

    @Override
    public LogEnd log(Endpoint endpoint) {
        return MetricsPage.log(metrics.page(endpoint.metrics()))
                .orElseThrow(() -> new MemberCallException(
                        "metrics", endpoint.metrics(), new IOException("nothing about the end of the log")));
    }

    private static Optional<MemberListResponse> list(ManagedChannel channel, boolean linearizable) {
        try {
            return Optional.of(ClusterGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(ASK.toMillis(), TimeUnit.MILLISECONDS)
                    .memberList(MemberListRequest.newBuilder()
                            .setLinearizable(linearizable)
                            .build()));
        } catch (StatusRuntimeException e) {
            return Optional.empty();
        }
    }

    private static List<Line> lines(MemberListResponse response) {
        return response.getMembersList().stream()
                .map(member -> new Line(
                        hex(member.getID()),
                        member.getName(),
                        member.getPeerURLsCount() == 0 ? "" : member.getPeerURLs(0),
                        member.getIsLearner()))
                .toList();
    }

    private static List<Alarm> alarms(MaintenanceGrpc.MaintenanceBlockingStub maintenance) {
        return maintenance
                .alarm(AlarmRequest.newBuilder()
                        .setAction(AlarmRequest.AlarmAction.GET)
                        .build())
                .getAlarmsList()
                .stream()
                .map(alarm -> new Alarm(hex(alarm.getMemberID()), alarm.getAlarm() == AlarmType.CORRUPT))
                .toList();
    }

    @Override
    public void addLearner(Endpoint endpoint, String peerUrl) {
        change(
                "add",
                endpoint,
                stub -> stub.memberAdd(MemberAddRequest.newBuilder()
                        .addPeerURLs(peerUrl)
                        .setIsLearner(true)
                        .build()));
    }

    @Override
    public void promote(Endpoint endpoint, String id) {
        change(
                "promote",
                endpoint,
                stub -> stub.memberPromote(
                        MemberPromoteRequest.newBuilder().setID(number(id)).build()));
    }

    @Override
    public void remove(Endpoint endpoint, String id) {
        change(
                "remove",
                endpoint,
                stub -> stub.memberRemove(
                        MemberRemoveRequest.newBuilder().setID(number(id)).build()));
    }

    private static void change(
            String what, Endpoint endpoint, Function<ClusterGrpc.ClusterBlockingStub, Object> request) {
        var _ = GrpcCalls.call(
                what,
                endpoint,
                CHANGE,
                channel -> request.apply(ClusterGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(CHANGE.toMillis(), TimeUnit.MILLISECONDS)));
    }

    @Override
    public void moveLeader(Endpoint endpoint, String id) {
        maintain(
                "move leader",
                endpoint,
                CHANGE,
                stub -> stub.moveLeader(
                        MoveLeaderRequest.newBuilder().setTargetID(number(id)).build()));
    }

    @Override
    public void defragment(Endpoint endpoint) {
        maintain("defragment", endpoint, DEFRAGMENT, stub -> stub.defragment(DefragmentRequest.getDefaultInstance()));
    }

    @Override
    public void disarm(Endpoint endpoint, String id, boolean corrupt) {
        maintain(
                "disarm",
                endpoint,
                CHANGE,
                stub -> stub.alarm(AlarmRequest.newBuilder()
                        .setAction(AlarmRequest.AlarmAction.DEACTIVATE)
                        .setMemberID(number(id))
                        .setAlarm(corrupt ? AlarmType.CORRUPT : AlarmType.NOSPACE)
                        .build()));
    }

    private static void maintain(
            String what,
            Endpoint endpoint,
            Duration limit,
            Function<MaintenanceGrpc.MaintenanceBlockingStub, Object> request) {
        var _ = GrpcCalls.call(
                what,
                endpoint,
                limit,
                channel -> request.apply(MaintenanceGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS)));
    }

    private static String hex(long id) {
        return Long.toHexString(id);
    }

    private static long number(String id) {
        return Long.parseUnsignedLong(id, 16);
    }
}
