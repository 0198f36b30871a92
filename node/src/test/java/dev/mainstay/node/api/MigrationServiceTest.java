package dev.mainstay.node.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.KeyValue;
import dev.mainstay.etcd.proto.LeaseLeasesRequest;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.SnapshotRequest;
import dev.mainstay.etcd.proto.StatusRequest;
import dev.mainstay.etcd.proto.User;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.proto.v1.MigrationAbort;
import dev.mainstay.proto.v1.MigrationBegin;
import dev.mainstay.proto.v1.MigrationComplete;
import dev.mainstay.proto.v1.MigrationGrpc;
import dev.mainstay.proto.v1.MigrationPart;
import dev.mainstay.proto.v1.MigrationPhase;
import dev.mainstay.proto.v1.MigrationRevision;
import dev.mainstay.proto.v1.MigrationStateRequest;
import dev.mainstay.proto.v1.MigrationStateResponse;
import dev.mainstay.proto.v1.MigrationStepRequest;
import dev.mainstay.proto.v1.MigrationUsers;
import dev.mainstay.proto.v1.MigrationVersion;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What clients see of a migration, over the wire. */
class MigrationServiceTest {

    private static final ByteString KEY = ByteString.copyFromUtf8("k");

    private final ServedMember member = new ServedMember();
    private final ManagedChannel channel = member.connect();
    private final ServedMember.Stubs clients = ServedMember.Stubs.over(channel);
    private final MigrationGrpc.MigrationBlockingStub migration = MigrationGrpc.newBlockingStub(channel);

    @AfterEach
    void close() throws Exception {
        channel.shutdownNow();
        member.close();
    }

    @Test
    void clientsReadOnceItIsLoadedAndWriteOnceItIsFinished() {
        begin();
        assertRefused(this::range, ErrorCode.MIGRATION_LOADING);
        assertRefused(
                () -> clients.lease().leaseLeases(LeaseLeasesRequest.getDefaultInstance()),
                ErrorCode.MIGRATION_LOADING);
        assertRefused(
                () -> clients.maintenance()
                        .snapshot(SnapshotRequest.getDefaultInstance())
                        .next(),
                ErrorCode.MIGRATION_LOADING);
        assertThatCode(() -> clients.maintenance().status(StatusRequest.getDefaultInstance()))
                .doesNotThrowAnyException();
        load();
        step(MigrationStepRequest.newBuilder()
                .setComplete(MigrationComplete.newBuilder().setParts(1)));

        assertThat(clients.kv()
                        .range(RangeRequest.newBuilder().setKey(KEY).build())
                        .getKvs(0)
                        .getVersion())
                .isEqualTo(1);
        assertRefused(this::put, ErrorCode.MIGRATING);
        step(MigrationStepRequest.newBuilder()
                .setFinish(MigrationRevision.newBuilder().setRevision(2)));

        assertThat(state().getPhase()).isEqualTo(MigrationPhase.FINISHED);
        assertThatCode(this::put).doesNotThrowAnyException();
    }

    @Test
    void whatWasGivenUpIsShownToNobody() {
        begin();
        load();
        step(MigrationStepRequest.newBuilder().setAbort(MigrationAbort.getDefaultInstance()));

        assertRefused(this::range, ErrorCode.MIGRATION_ABORTED);
        assertRefused(this::put, ErrorCode.MIGRATION_ABORTED);
        assertThat(state().getPhase()).isEqualTo(MigrationPhase.ABORTED);
    }

    @Test
    void onceThereAreUsersItTakesTheRootRole() {
        begin();
        step(MigrationStepRequest.newBuilder()
                .setUsers(MigrationUsers.newBuilder()
                        .addUsers(User.newBuilder()
                                .setName(ByteString.copyFromUtf8("root"))
                                .addRoles("root"))));
        load();
        step(MigrationStepRequest.newBuilder()
                .setComplete(MigrationComplete.newBuilder()
                        .setParts(1)
                        .setAuthEnabled(true)
                        .setAuthRevision(4)));

        assertRefused(this::state, ErrorCode.USER_EMPTY);
        assertRefused(
                () -> step(MigrationStepRequest.newBuilder().setAbort(MigrationAbort.getDefaultInstance())),
                ErrorCode.USER_EMPTY);
        assertRefused(this::range, ErrorCode.USER_EMPTY);
    }

    @Test
    void stepsThatMakeNoSenseAreRefused() {
        begin();
        for (MigrationVersion.Builder version : new MigrationVersion.Builder[] {
            version().setMain(1), version().setMain(3), version().clearKv()
        }) {
            assertThatThrownBy(() -> step(MigrationStepRequest.newBuilder()
                            .setLoad(MigrationPart.newBuilder().setPart(1).addVersions(version))))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT));
        }
        assertThatThrownBy(() -> step(MigrationStepRequest.newBuilder())).hasMessageContaining("INVALID_ARGUMENT");
        assertThat(state().getPhase()).isEqualTo(MigrationPhase.LOADING);
    }

    private void begin() {
        step(MigrationStepRequest.newBuilder()
                .setBegin(MigrationBegin.newBuilder()
                        .setSource(5)
                        .setRevision(member.store.revision() + 1)
                        .setCompactRevision(-1)));
    }

    private void load() {
        step(MigrationStepRequest.newBuilder()
                .setLoad(MigrationPart.newBuilder().setPart(1).addVersions(version())));
    }

    private static MigrationVersion.Builder version() {
        return MigrationVersion.newBuilder()
                .setMain(2)
                .setKv(KeyValue.newBuilder()
                        .setKey(KEY)
                        .setCreateRevision(2)
                        .setModRevision(2)
                        .setVersion(1));
    }

    private void step(MigrationStepRequest.Builder step) {
        var _ = migration.step(step.setMigration(9).build());
    }

    private MigrationStateResponse state() {
        return migration.state(MigrationStateRequest.getDefaultInstance());
    }

    private void range() {
        var _ = clients.kv().range(RangeRequest.newBuilder().setKey(KEY).build());
    }

    private void put() {
        var _ = clients.kv().put(PutRequest.newBuilder().setKey(KEY).build());
    }

    private static void assertRefused(ThrowingCallable call, ErrorCode code) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getDescription()).isEqualTo(code.message()));
    }
}
