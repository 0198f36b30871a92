package dev.mainstay.node.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.AlarmRequest;
import dev.mainstay.etcd.proto.AlarmType;
import dev.mainstay.etcd.proto.AuthDisableRequest;
import dev.mainstay.etcd.proto.AuthEnableRequest;
import dev.mainstay.etcd.proto.AuthGrpc;
import dev.mainstay.etcd.proto.AuthRoleAddRequest;
import dev.mainstay.etcd.proto.AuthRoleGetRequest;
import dev.mainstay.etcd.proto.AuthRoleGrantPermissionRequest;
import dev.mainstay.etcd.proto.AuthRoleListRequest;
import dev.mainstay.etcd.proto.AuthStatusRequest;
import dev.mainstay.etcd.proto.AuthUserAddRequest;
import dev.mainstay.etcd.proto.AuthUserChangePasswordRequest;
import dev.mainstay.etcd.proto.AuthUserDeleteRequest;
import dev.mainstay.etcd.proto.AuthUserGetRequest;
import dev.mainstay.etcd.proto.AuthUserGrantRoleRequest;
import dev.mainstay.etcd.proto.AuthUserListRequest;
import dev.mainstay.etcd.proto.AuthUserRevokeRoleRequest;
import dev.mainstay.etcd.proto.AuthenticateRequest;
import dev.mainstay.etcd.proto.CompactionRequest;
import dev.mainstay.etcd.proto.Compare;
import dev.mainstay.etcd.proto.DefragmentRequest;
import dev.mainstay.etcd.proto.DeleteRangeRequest;
import dev.mainstay.etcd.proto.HashKVRequest;
import dev.mainstay.etcd.proto.HashRequest;
import dev.mainstay.etcd.proto.LeaseGrantRequest;
import dev.mainstay.etcd.proto.LeaseKeepAliveRequest;
import dev.mainstay.etcd.proto.LeaseLeasesRequest;
import dev.mainstay.etcd.proto.LeaseRevokeRequest;
import dev.mainstay.etcd.proto.LeaseTimeToLiveRequest;
import dev.mainstay.etcd.proto.MemberAddRequest;
import dev.mainstay.etcd.proto.MemberListRequest;
import dev.mainstay.etcd.proto.MoveLeaderRequest;
import dev.mainstay.etcd.proto.Permission;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RequestOp;
import dev.mainstay.etcd.proto.StatusRequest;
import dev.mainstay.etcd.proto.TxnRequest;
import dev.mainstay.etcd.proto.WatchCreateRequest;
import dev.mainstay.etcd.proto.WatchRequest;
import dev.mainstay.etcd.proto.WatchResponse;
import dev.mainstay.node.common.ErrorCode;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who may do what, asked over the wire: root, ann who has some keys, and somebody who says nothing of himself. */
class AuthServiceTest {

    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final ServedMember member = new ServedMember();
    private final ManagedChannel channel = member.connect();
    private final ServedMember.Stubs nobody = ServedMember.Stubs.over(channel);

    /** Root with a password, ann who reads and writes a to c, reads r, and writes w. */
    @BeforeEach
    void prepare() {
        addUser("root", "toor");
        addUser("ann", "secret");
        nobody.auth().userGrantRole(grant("root", "root"));
        var _ = nobody.auth()
                .roleAdd(AuthRoleAddRequest.newBuilder().setName("some").build());
        permit(Permission.Type.READWRITE, "a", "d");
        permit(Permission.Type.READ, "r", "");
        permit(Permission.Type.WRITE, "w", "");
        nobody.auth().userGrantRole(grant("ann", "some"));
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        member.close();
    }

    @Test
    void whileItIsOffAnybodyDoesAnything() {
        assertThat(nobody.kv().put(put("x", "1")).getHeader().getRevision()).isPositive();
        refused(ErrorCode.AUTH_NOT_ENABLED, () -> token("root", "toor"));
        ServedMember.Stubs withNonsense = as("nonsense");
        assertThatCode(() -> withNonsense.kv().put(put("x", "2"))).doesNotThrowAnyException();
    }

    @Test
    void onceItIsOnEveryCallNeedsSomebody() {
        enable();

        refused(ErrorCode.USER_EMPTY, () -> nobody.kv().put(put("a", "1")));
        refused(ErrorCode.USER_EMPTY, () -> nobody.kv().range(get("a", "")));
        refused(ErrorCode.USER_EMPTY, () -> nobody.lease().leaseGrant(lease(0)));
        refused(ErrorCode.USER_EMPTY, () -> nobody.cluster().memberList(MemberListRequest.getDefaultInstance()));
        refused(ErrorCode.USER_EMPTY, () -> nobody.maintenance().status(StatusRequest.getDefaultInstance()));
        refused(ErrorCode.USER_EMPTY, () -> nobody.maintenance().hash(HashRequest.getDefaultInstance()));
        refused(ErrorCode.USER_EMPTY, () -> nobody.auth().userList(AuthUserListRequest.getDefaultInstance()));
        refused(ErrorCode.INVALID_AUTH_TOKEN, () -> as("nonsense").kv().put(put("a", "1")));
        assertThat(nobody.auth()
                        .authStatus(AuthStatusRequest.getDefaultInstance())
                        .getEnabled())
                .isTrue();
        refused(ErrorCode.AUTH_FAILED, () -> token("ann", "wrong"));
        refused(ErrorCode.AUTH_FAILED, () -> token("bob", "wrong"));
    }

    @Test
    void aUserReadsAndWritesWhatHisRolesAllow() {
        enable();
        ServedMember.Stubs ann = as(token("ann", "secret"));

        assertThat(ann.kv().put(put("a", "1")).getHeader().getRevision()).isPositive();
        assertThat(ann.kv().range(get("a", "d")).getCount()).isEqualTo(1);
        assertThat(ann.kv().range(get("r", "")).getCount()).isZero();
        assertThat(ann.kv().put(put("w", "1")).getHeader().getRevision()).isPositive();
        denied(() -> ann.kv().range(get("w", "")));
        denied(() -> ann.kv().put(put("r", "1")));
        denied(() -> ann.kv().put(put("d", "1")));
        denied(() -> ann.kv().range(get("a", "e")));
        denied(() -> ann.kv().range(get("r", "\0")));
        denied(() -> ann.kv().put(put("w", "1").toBuilder().setPrevKv(true).build()));
        denied(() ->
                ann.kv().deleteRange(delete("w").toBuilder().setPrevKv(true).build()));
        assertThat(ann.kv().deleteRange(delete("w")).getDeleted()).isEqualTo(1);
        denied(() ->
                ann.kv().compact(CompactionRequest.newBuilder().setRevision(2).build()));
    }

    @Test
    void alarmIsToldBeforeAMissingPermissionButNotBeforeABadToken() {
        enable();
        ServedMember.Stubs root = as(token("root", "toor"));
        ServedMember.Stubs ann = as(token("ann", "secret"));
        raise(root, AlarmType.NOSPACE);
        refused(ErrorCode.NO_SPACE, () -> ann.kv().put(put("r", "1")));
        denied(() -> ann.kv().deleteRange(delete("r")));

        raise(root, AlarmType.CORRUPT);

        refused(ErrorCode.CORRUPT, () -> ann.kv().put(put("r", "1")));
        refused(ErrorCode.CORRUPT, () -> ann.kv().deleteRange(delete("r")));
        refused(ErrorCode.CORRUPT, () -> nobody.kv().put(put("a", "1")));
        refused(ErrorCode.INVALID_AUTH_TOKEN, () -> as("nonsense").kv().put(put("a", "1")));
    }

    private static void raise(ServedMember.Stubs root, AlarmType alarm) {
        var _ = root.maintenance()
                .alarm(AlarmRequest.newBuilder()
                        .setAction(AlarmRequest.AlarmAction.ACTIVATE)
                        .setMemberID(ServedMember.MEMBER_ID)
                        .setAlarm(alarm)
                        .build());
    }

    @Test
    void everyPartOfATransactionIsAskedFor() {
        enable();
        ServedMember.Stubs ann = as(token("ann", "secret"));
        RequestOp own = op(put("a", "1"));
        RequestOp foreign = op(put("x", "1"));

        assertThat(ann.kv().txn(TxnRequest.newBuilder().addSuccess(own).build()).getSucceeded())
                .isTrue();
        denied(() -> ann.kv()
                .txn(TxnRequest.newBuilder().addSuccess(own).addFailure(foreign).build()));
        denied(() -> ann.kv()
                .txn(TxnRequest.newBuilder()
                        .addCompare(Compare.newBuilder().setKey(bytes("x")))
                        .addSuccess(own)
                        .build()));
        denied(() -> ann.kv()
                .txn(TxnRequest.newBuilder()
                        .addSuccess(RequestOp.newBuilder()
                                .setRequestTxn(TxnRequest.newBuilder().addFailure(foreign)))
                        .build()));
        denied(() -> ann.kv()
                .txn(TxnRequest.newBuilder()
                        .addSuccess(RequestOp.newBuilder().setRequestRange(get("w", "")))
                        .build()));
    }

    @Test
    void aLeaseIsWorthWhatItsKeysAre() {
        var _ = nobody.lease().leaseGrant(lease(7));
        var _ = nobody.kv().put(put("x", "1").toBuilder().setLease(7).build());
        enable();
        ServedMember.Stubs ann = as(token("ann", "secret"));

        denied(() -> ann.kv().put(put("a", "1").toBuilder().setLease(7).build()));
        denied(() ->
                ann.lease().leaseRevoke(LeaseRevokeRequest.newBuilder().setID(7).build()));
        denied(() -> ann.lease()
                .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder()
                        .setID(7)
                        .setKeys(true)
                        .build()));
        denied(() -> ann.lease().leaseLeases(LeaseLeasesRequest.getDefaultInstance()));
        assertThat(ann.lease()
                        .leaseTimeToLive(
                                LeaseTimeToLiveRequest.newBuilder().setID(7).build())
                        .getGrantedTTL())
                .isEqualTo(60);
        Answers<dev.mainstay.etcd.proto.LeaseKeepAliveResponse> renewals = new Answers<>();
        var requests = ann.leaseStreams().leaseKeepAlive(renewals);
        requests.onNext(LeaseKeepAliveRequest.newBuilder().setID(7).build());
        assertThat(renewals.end().getDescription()).isEqualTo(ErrorCode.PERMISSION_DENIED.message());

        assertThat(ann.lease().leaseGrant(lease(8)).getID()).isEqualTo(8);
        assertThatCode(() -> ann.kv().put(put("a", "1").toBuilder().setLease(8).build()))
                .doesNotThrowAnyException();
        assertThatCode(() -> ann.lease()
                        .leaseRevoke(LeaseRevokeRequest.newBuilder().setID(8).build()))
                .doesNotThrowAnyException();
    }

    @Test
    void watchersSeeOnlyWhatTheirUserMayRead() throws InterruptedException {
        enable();
        ServedMember.Stubs ann = as(token("ann", "secret"));
        Answers<WatchResponse> answers = new Answers<>();
        var requests = ann.watch().watch(answers);

        requests.onNext(watch("r", "\0"));
        requests.onNext(watch("w", ""));
        requests.onNext(watch("a", "d"));

        for (int i = 0; i < 2; i++) {
            WatchResponse refusal = answers.next();
            assertThat(refusal.getCreated()).isTrue();
            assertThat(refusal.getCanceled()).isTrue();
            assertThat(refusal.getWatchId()).isEqualTo(-1);
            assertThat(refusal.getCancelReason())
                    .isEqualTo("rpc error: code = PermissionDenied desc = etcdserver: permission denied");
        }
        WatchResponse created = answers.next();
        assertThat(created.getCreated()).isTrue();
        assertThat(created.getCanceled()).isFalse();
        requests.onCompleted();
    }

    @Test
    void aPermissionTakenBackIsGoneAtOnceAndATokenSurvivesIt() {
        enable();
        ServedMember.Stubs root = as(token("root", "toor"));
        ServedMember.Stubs ann = as(token("ann", "secret"));
        assertThatCode(() -> ann.kv().put(put("a", "1"))).doesNotThrowAnyException();

        var _ = root.auth()
                .userRevokeRole(AuthUserRevokeRoleRequest.newBuilder()
                        .setName("ann")
                        .setRole("some")
                        .build());

        denied(() -> ann.kv().put(put("a", "2")));
        denied(() -> ann.kv().range(get("a", "")));
        root.auth().userGrantRole(grant("ann", "some"));
        assertThatCode(() -> ann.kv().put(put("a", "3"))).doesNotThrowAnyException();
    }

    @Test
    void tokensEndWithThePasswordAndTheUser() {
        enable();
        ServedMember.Stubs root = as(token("root", "toor"));
        ServedMember.Stubs before = as(token("ann", "secret"));

        var _ = root.auth()
                .userChangePassword(AuthUserChangePasswordRequest.newBuilder()
                        .setName("ann")
                        .setPassword("new")
                        .build());

        refused(ErrorCode.INVALID_AUTH_TOKEN, () -> before.kv().put(put("a", "1")));
        refused(ErrorCode.AUTH_FAILED, () -> token("ann", "secret"));
        ServedMember.Stubs after = as(token("ann", "new"));
        assertThatCode(() -> after.kv().put(put("a", "1"))).doesNotThrowAnyException();
        var _ = root.auth()
                .userDelete(AuthUserDeleteRequest.newBuilder().setName("ann").build());
        refused(ErrorCode.INVALID_AUTH_TOKEN, () -> after.kv().put(put("a", "1")));
    }

    @Test
    void usersLookAtThemselvesAndAtTheirRolesOnly() {
        enable();
        ServedMember.Stubs ann = as(token("ann", "secret"));

        assertThat(ann.auth()
                        .userGet(AuthUserGetRequest.newBuilder().setName("ann").build())
                        .getRolesList())
                .containsExactly("some");
        assertThat(ann.auth()
                        .roleGet(AuthRoleGetRequest.newBuilder().setRole("some").build())
                        .getPermCount())
                .isEqualTo(3);
        denied(() -> ann.auth()
                .userGet(AuthUserGetRequest.newBuilder().setName("root").build()));
        denied(() -> ann.auth()
                .roleGet(AuthRoleGetRequest.newBuilder().setRole("root").build()));
        denied(() -> ann.auth().userList(AuthUserListRequest.getDefaultInstance()));
        denied(() -> ann.auth().roleList(AuthRoleListRequest.getDefaultInstance()));
        denied(() -> ann.auth().authDisable(AuthDisableRequest.getDefaultInstance()));
        denied(() -> ann.auth()
                .userAdd(AuthUserAddRequest.newBuilder()
                        .setName("eve")
                        .setPassword("x")
                        .build()));
    }

    @Test
    void whatConcernsTheClusterIsRoots() {
        enable();
        ServedMember.Stubs root = as(token("root", "toor"));
        ServedMember.Stubs ann = as(token("ann", "secret"));

        denied(() -> ann.maintenance().hash(HashRequest.getDefaultInstance()));
        denied(() -> ann.maintenance().hashKV(HashKVRequest.getDefaultInstance()));
        denied(() -> ann.maintenance().defragment(DefragmentRequest.getDefaultInstance()));
        denied(() -> ann.maintenance().moveLeader(MoveLeaderRequest.getDefaultInstance()));
        denied(() -> ann.maintenance()
                .alarm(AlarmRequest.newBuilder()
                        .setAction(AlarmRequest.AlarmAction.ACTIVATE)
                        .setAlarm(AlarmType.NOSPACE)
                        .build()));
        denied(() -> ann.cluster()
                .memberAdd(
                        MemberAddRequest.newBuilder().addPeerURLs("http://m:1").build()));
        assertThatCode(() -> {
                    ann.maintenance().status(StatusRequest.getDefaultInstance());
                    ann.maintenance().alarm(AlarmRequest.getDefaultInstance());
                    ann.cluster().memberList(MemberListRequest.getDefaultInstance());
                    root.maintenance().hash(HashRequest.getDefaultInstance());
                    root.cluster()
                            .memberAdd(MemberAddRequest.newBuilder()
                                    .addPeerURLs("http://m:1")
                                    .build());
                    root.kv().put(put("x", "1"));
                    root.auth().authDisable(AuthDisableRequest.getDefaultInstance());
                    nobody.kv().put(put("x", "2"));
                })
                .doesNotThrowAnyException();
    }

    @Test
    void aUserWithoutAPasswordShowsNone() {
        var _ = nobody.auth()
                .userAdd(AuthUserAddRequest.newBuilder()
                        .setName("cert")
                        .setOptions(dev.mainstay.etcd.proto.UserAddOptions.newBuilder()
                                .setNoPassword(true))
                        .build());
        enable();

        refused(ErrorCode.NO_PASSWORD_USER, () -> token("cert", ""));
    }

    @Test
    void aPasswordThatBcryptWouldCutIsRefused() {
        refused(ErrorCode.PASSWORD_TOO_LONG, () -> addUser("long", "x".repeat(73)));
        enable();
        // Even to who may set none: it isn't looked at any further.
        refused(
                ErrorCode.PASSWORD_TOO_LONG,
                () -> nobody.auth()
                        .userAdd(AuthUserAddRequest.newBuilder()
                                .setName("long")
                                .setPassword("x".repeat(73))
                                .build()));
    }

    @Test
    void aHashStandsForThePasswordThatIsNotGiven() {
        ServedMember.Stubs anybody = nobody;
        String hash = Base64.getEncoder()
                .encodeToString("$2a$04$KjQ0nUXUZ1qXeSqLbfyJ1.pXHMo1FbhZ2oVXY3uSoGwCzwrhhyAPi"
                        .getBytes(StandardCharsets.UTF_8));

        var _ = anybody.auth().userChangePassword(hashed("ann", hash));
        refused(ErrorCode.NO_PASSWORD_USER, () -> anybody.auth().userChangePassword(hashed("ann", "no base64!")));
        refused(ErrorCode.USER_NOT_FOUND, () -> anybody.auth().userChangePassword(hashed("who", "no base64!")));
    }

    @Test
    void whatIsNoAddressIsRefusedBeforeAnybodyIsAsked() {
        enable();

        refused(
                ErrorCode.MEMBER_BAD_URLS,
                () -> nobody.cluster()
                        .memberAdd(MemberAddRequest.newBuilder()
                                .addPeerURLs("nowhere")
                                .build()));
        refused(
                ErrorCode.USER_EMPTY,
                () -> nobody.cluster()
                        .memberAdd(MemberAddRequest.newBuilder()
                                .addPeerURLs("http://m:1")
                                .build()));
    }

    private static AuthUserChangePasswordRequest hashed(String name, String hash) {
        return AuthUserChangePasswordRequest.newBuilder()
                .setName(name)
                .setHashedPassword(hash)
                .build();
    }

    private void enable() {
        var _ = nobody.auth().authEnable(AuthEnableRequest.getDefaultInstance());
    }

    private void addUser(String name, String password) {
        var _ = nobody.auth()
                .userAdd(AuthUserAddRequest.newBuilder()
                        .setName(name)
                        .setPassword(password)
                        .build());
    }

    private static AuthUserGrantRoleRequest grant(String user, String role) {
        return AuthUserGrantRoleRequest.newBuilder().setUser(user).setRole(role).build();
    }

    private void permit(Permission.Type type, String key, String end) {
        var _ = nobody.auth()
                .roleGrantPermission(AuthRoleGrantPermissionRequest.newBuilder()
                        .setName("some")
                        .setPerm(Permission.newBuilder()
                                .setPermType(type)
                                .setKey(bytes(key))
                                .setRangeEnd(bytes(end)))
                        .build());
    }

    private String token(String user, String password) {
        return AuthGrpc.newBlockingStub(channel)
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .authenticate(AuthenticateRequest.newBuilder()
                        .setName(user)
                        .setPassword(password)
                        .build())
                .getToken();
    }

    /** Stubs that show a token, in one of the ways that clients do. */
    private ServedMember.Stubs as(String token) {
        Metadata metadata = new Metadata();
        if (token.length() % 2 == 0) {
            metadata.put(TOKEN, token);
        } else {
            metadata.put(AUTHORIZATION, "Bearer " + token);
        }
        var interceptor = MetadataUtils.newAttachHeadersInterceptor(metadata);
        return new ServedMember.Stubs(
                nobody.kv().withInterceptors(interceptor),
                nobody.watch().withInterceptors(interceptor),
                nobody.lease().withInterceptors(interceptor),
                nobody.leaseStreams().withInterceptors(interceptor),
                nobody.cluster().withInterceptors(interceptor),
                nobody.maintenance().withInterceptors(interceptor),
                nobody.auth().withInterceptors(interceptor));
    }

    private static void denied(ThrowingCallable call) {
        refused(ErrorCode.PERMISSION_DENIED, call);
    }

    private static void refused(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
            assertThat(e.getStatus().getDescription()).isEqualTo(code.message());
            assertThat(e.getStatus().getCode().name()).isEqualTo(code.status().name());
        });
    }

    private static PutRequest put(String key, String value) {
        return PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes(value)).build();
    }

    private static RangeRequest get(String key, String end) {
        return RangeRequest.newBuilder()
                .setKey(bytes(key))
                .setRangeEnd(bytes(end))
                .build();
    }

    private static DeleteRangeRequest delete(String key) {
        return DeleteRangeRequest.newBuilder().setKey(bytes(key)).build();
    }

    private static LeaseGrantRequest lease(long id) {
        return LeaseGrantRequest.newBuilder().setID(id).setTTL(60).build();
    }

    private static RequestOp op(PutRequest put) {
        return RequestOp.newBuilder().setRequestPut(put).build();
    }

    private static WatchRequest watch(String key, String end) {
        return WatchRequest.newBuilder()
                .setCreateRequest(
                        WatchCreateRequest.newBuilder().setKey(bytes(key)).setRangeEnd(bytes(end)))
                .build();
    }

    private static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }
}
