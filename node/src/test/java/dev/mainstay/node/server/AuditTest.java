package dev.mainstay.node.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.AuthDisableRequest;
import dev.mainstay.etcd.proto.AuthEnableRequest;
import dev.mainstay.etcd.proto.AuthGrpc;
import dev.mainstay.etcd.proto.AuthRoleAddRequest;
import dev.mainstay.etcd.proto.AuthUserAddRequest;
import dev.mainstay.etcd.proto.AuthUserGrantRoleRequest;
import dev.mainstay.etcd.proto.AuthenticateRequest;
import dev.mainstay.etcd.proto.ClusterGrpc;
import dev.mainstay.etcd.proto.KVGrpc;
import dev.mainstay.etcd.proto.LeaseGrantRequest;
import dev.mainstay.etcd.proto.LeaseGrpc;
import dev.mainstay.etcd.proto.LeaseKeepAliveRequest;
import dev.mainstay.etcd.proto.LeaseKeepAliveResponse;
import dev.mainstay.etcd.proto.LockGrpc;
import dev.mainstay.etcd.proto.LockRequest;
import dev.mainstay.etcd.proto.MaintenanceGrpc;
import dev.mainstay.etcd.proto.MemberListRequest;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.StatusRequest;
import dev.mainstay.etcd.proto.WatchCreateRequest;
import dev.mainstay.etcd.proto.WatchGrpc;
import dev.mainstay.etcd.proto.WatchRequest;
import dev.mainstay.etcd.proto.WatchResponse;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a running member writes of real calls. */
class AuditTest {

    @TempDir
    Path temp;

    private Path log;

    @BeforeEach
    void place() {
        log = temp.resolve("audit.log");
    }

    @Test
    void callsOfAllServicesAreRecordedAndRecipesOnce() throws Exception {
        try (RunningMember member = member("default: request")) {
            put(member, "/secrets/a", "secret-value");
            var _ = member.kv()
                    .range(RangeRequest.newBuilder().setKey(bytes("/secrets/a")).build());
            assertThatThrownBy(() -> put(member, "", "secret-value")).isInstanceOf(StatusRuntimeException.class);
            long lease = LeaseGrpc.newBlockingStub(member.channel())
                    .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(60).build())
                    .getID();
            keepAlive(member, lease);
            watch(member);
            var _ = LockGrpc.newBlockingStub(member.channel())
                    .lock(LockRequest.newBuilder()
                            .setName(bytes("/locks/a"))
                            .setLease(lease)
                            .build());
            var _ = ClusterGrpc.newBlockingStub(member.channel()).memberList(MemberListRequest.getDefaultInstance());
            var _ = MaintenanceGrpc.newBlockingStub(member.channel()).status(StatusRequest.getDefaultInstance());
            String body = "{\"key\":\"anNvbg==\",\"value\":\"c2VjcmV0LXZhbHVl\"}";
            assertThat(member.raw(
                            "POST /v3/kv/put HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: "
                                    + body.length() + "\r\n\r\n" + body,
                            10_000))
                    .contains("revision");
            line("KV/Put", line -> line.getBoolean("gateway", false));
        }

        List<JsonObject> puts = lines("KV/Put");
        assertThat(puts).hasSize(3);
        assertThat(puts.get(0).getString("code")).isEqualTo("OK");
        assertThat(puts.get(0).getLong("revision")).isEqualTo(2);
        assertThat(puts.get(0).getString("user")).isEmpty();
        assertThat(puts.get(0).getString("stage")).isEqualTo("complete");
        assertThat(puts.get(0).getString("address")).startsWith("127.0.0.1:");
        assertThat(puts.get(0).getJsonObject("request"))
                .isEqualTo(new JsonObject().put("key", "/secrets/a").put("value_bytes", 12));
        assertThat(puts.get(1).getString("code")).isEqualTo("INVALID_ARGUMENT");
        assertThat(puts.get(2).getBoolean("gateway")).isTrue();
        assertThat(puts.get(2).getLong("revision")).isEqualTo(4);
        assertThat(lines("KV/Range"))
                .singleElement()
                .satisfies(line -> assertThat(line.getLong("revision")).isEqualTo(2));
        assertThat(lines("Lease/LeaseGrant"))
                .singleElement()
                .satisfies(line ->
                        assertThat(line.getJsonObject("request").getLong("TTL")).isEqualTo(60));
        assertThat(lines("Lease/LeaseKeepAlive").stream().map(line -> line.getString("stage")))
                .containsExactly("received", "complete");
        assertThat(lines("Watch/Watch").getFirst().getJsonObject("request").getJsonObject("create_request"))
                .isEqualTo(new JsonObject().put("key", "/w/").put("range_end", "/w0"));
        assertThat(lines("Lock/Lock"))
                .singleElement()
                .satisfies(line -> assertThat(line.getJsonObject("request").getString("name"))
                        .isEqualTo("/locks/a"));
        assertThat(lines("KV/Txn")).isEmpty();
        assertThat(lines("Cluster/MemberList")).hasSize(1);
        assertThat(lines("Maintenance/Status")).hasSize(1);
        assertThat(Files.readString(log)).doesNotContain("secret-value", "c2VjcmV0LXZhbHVl");
    }

    @Test
    void usersAreNamedAndTheirSecretsAreNot() throws Exception {
        try (RunningMember member = member("{default: request, keys: hashed}")) {
            AuthGrpc.AuthBlockingStub auth = AuthGrpc.newBlockingStub(member.channel());
            enable(auth);
            String token = token(auth);
            Metadata headers = new Metadata();
            headers.put(Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER), token);
            var _ = member.kv()
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                    .put(PutRequest.newBuilder().setKey(bytes("k")).build());
            assertThatThrownBy(() -> put(member, "k", "v")).isInstanceOf(StatusRuntimeException.class);
            line("KV/Put", line -> !line.getString("code").equals("OK"));

            assertThat(lines("Auth/Authenticate").getFirst().getJsonObject("request"))
                    .isEqualTo(new JsonObject().put("name", "root"));
            assertThat(lines("Auth/UserGrantRole").getFirst().getJsonObject("request"))
                    .isEqualTo(new JsonObject().put("user", "root").put("role", "root"));
            JsonObject written = lines("KV/Put").getFirst();
            assertThat(written.getString("user")).isEqualTo("root");
            assertThat(written.getJsonObject("request").fieldNames()).containsExactly("key_sha256");
            assertThat(lines("KV/Put").get(1).getString("user")).isEmpty();
            assertThat(Files.readString(log)).doesNotContain("pass-word", token);
        }
    }

    @Test
    void whatMustBeRecordedFirstIsAndRefusedIfItCannotBe() throws Exception {
        String policy = """
                default: none
                rules:
                  - {level: request, methods: [etcdserverpb.KV/Put], onFailure: refuse}
                """;
        try (RunningMember member = member(policy)) {
            put(member, "k", "v");
            line("KV/Put", line -> line.getString("stage").equals("complete"));

            List<JsonObject> puts = lines("KV/Put");
            assertThat(puts.stream().map(line -> line.getString("stage"))).containsExactly("received", "complete");
            assertThat(puts.get(0).getString("call")).isEqualTo(puts.get(1).getString("call"));
            assertThat(puts.get(0).getJsonObject("request").getString("key")).isEqualTo("k");
        }
        log = Path.of("/dev/full");
        try (RunningMember member = member(policy)) {
            assertThatThrownBy(() -> put(member, "k", "again"))
                    .isInstanceOf(StatusRuntimeException.class)
                    .hasMessage("UNAVAILABLE: mainstay: the audit log can't be written, and the audit policy refuses"
                            + " calls that aren't recorded");
            var response = member.kv()
                    .range(RangeRequest.newBuilder().setKey(bytes("k")).build());
            assertThat(response.getKvs(0).getVersion()).isEqualTo(1);
            assertThat(member.get("/metrics")).contains("mainstay_audit_refusals_total 1");
        }
    }

    @Test
    void streamWhoseRequestsCannotBeRecordedEnds() throws Exception {
        String policy = "{default: request, onFailure: refuse}";
        try (RunningMember member = member(policy)) {
            watch(member);
            keepAlive(member, 1);
            assertThat(lines("Watch/Watch").getFirst().getString("stage")).isEqualTo("received");
        }
        log = Path.of("/dev/full");
        try (RunningMember member = member(policy)) {
            CompletableFuture<Throwable> end = new CompletableFuture<>();
            WatchGrpc.newStub(member.channel())
                    .watch(new StreamObserver<>() {
                        @Override
                        public void onNext(WatchResponse response) {
                            end.completeExceptionally(new AssertionError("answered: " + response));
                        }

                        @Override
                        public void onError(Throwable error) {
                            end.complete(error);
                        }

                        @Override
                        public void onCompleted() {}
                    })
                    .onNext(WatchRequest.newBuilder()
                            .setCreateRequest(WatchCreateRequest.newBuilder().setKey(bytes("w")))
                            .build());
            assertThat(end.get(10, TimeUnit.SECONDS)).hasMessageStartingWith("UNAVAILABLE: mainstay: the audit log");
        }
    }

    @Test
    void whoSwitchedAuthenticationOffIsNamed() throws Exception {
        try (RunningMember member = member("default: metadata")) {
            AuthGrpc.AuthBlockingStub auth = AuthGrpc.newBlockingStub(member.channel());
            enable(auth);
            Metadata headers = new Metadata();
            headers.put(Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER), token(auth));
            var _ = auth.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                    .authDisable(AuthDisableRequest.getDefaultInstance());
            line("Auth/AuthDisable", line -> line.getString("code").equals("OK"));

            assertThat(lines("Auth/AuthDisable"))
                    .singleElement()
                    .satisfies(line -> assertThat(line.getString("user")).isEqualTo("root"));
        }
    }

    @Test
    void whatMayGoUnrecordedIsCountedOnly() throws Exception {
        log = Path.of("/dev/full");
        try (RunningMember member = member("default: metadata")) {
            put(member, "k", "v");
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (member.get("/metrics").contains("mainstay_audit_records_lost_total 0")
                    && System.nanoTime() - end < 0) {
                Thread.sleep(10);
            }
            assertThat(member.get("/metrics"))
                    .contains("mainstay_audit_records_lost_total 1", "mainstay_audit_records_total 0");
        }
    }

    @Test
    void placeThatCannotBeWrittenAndPolicyThatIsNoneEndTheStart() {
        log = temp.resolve("none/audit.log");
        assertThatThrownBy(() -> member("default: none"))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("--audit-log-path " + log + " can't be opened for writing: ");
        log = temp.resolve("audit.log");
        assertThatThrownBy(() -> member("defalt: none"))
                .isInstanceOf(IOException.class)
                .hasMessage("--audit-policy-file " + temp.resolve("policy.yaml")
                        + ": unknown key defalt; a policy may have default, keys, onFailure, rules");
    }

    private RunningMember member(String policy) throws Exception {
        Path file = temp.resolve("policy.yaml");
        Files.writeString(file, policy);
        return new RunningMember(temp.resolve("data"), "--audit-log-path=" + log, "--audit-policy-file=" + file);
    }

    private static void put(RunningMember member, String key, String value) {
        var _ = KVGrpc.newBlockingStub(member.channel())
                .put(PutRequest.newBuilder()
                        .setKey(bytes(key))
                        .setValue(bytes(value))
                        .build());
    }

    private static void enable(AuthGrpc.AuthBlockingStub auth) {
        var _ = auth.userAdd(AuthUserAddRequest.newBuilder()
                .setName("root")
                .setPassword("pass-word")
                .build());
        var _ = auth.roleAdd(AuthRoleAddRequest.newBuilder().setName("root").build());
        var _ = auth.userGrantRole(AuthUserGrantRoleRequest.newBuilder()
                .setUser("root")
                .setRole("root")
                .build());
        var _ = auth.authEnable(AuthEnableRequest.getDefaultInstance());
    }

    private static String token(AuthGrpc.AuthBlockingStub auth) {
        return auth.authenticate(AuthenticateRequest.newBuilder()
                        .setName("root")
                        .setPassword("pass-word")
                        .build())
                .getToken();
    }

    private static void keepAlive(RunningMember member, long lease) throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        StreamObserver<LeaseKeepAliveRequest> requests = LeaseGrpc.newStub(member.channel())
                .leaseKeepAlive(new StreamObserver<>() {
                    @Override
                    public void onNext(LeaseKeepAliveResponse response) {}

                    @Override
                    public void onError(Throwable error) {}

                    @Override
                    public void onCompleted() {
                        over.countDown();
                    }
                });
        requests.onNext(LeaseKeepAliveRequest.newBuilder().setID(lease).build());
        requests.onCompleted();
        assertThat(over.await(10, TimeUnit.SECONDS)).isTrue();
    }

    private static void watch(RunningMember member) throws Exception {
        CountDownLatch created = new CountDownLatch(1);
        StreamObserver<WatchRequest> requests = WatchGrpc.newStub(member.channel())
                .watch(new StreamObserver<>() {
                    @Override
                    public void onNext(WatchResponse response) {
                        created.countDown();
                    }

                    @Override
                    public void onError(Throwable error) {}

                    @Override
                    public void onCompleted() {}
                });
        requests.onNext(WatchRequest.newBuilder()
                .setCreateRequest(
                        WatchCreateRequest.newBuilder().setKey(bytes("/w/")).setRangeEnd(bytes("/w0")))
                .build());
        assertThat(created.await(10, TimeUnit.SECONDS)).isTrue();
    }

    private static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    /** Waits for a line. */
    private void line(String method, Predicate<JsonObject> wanted) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (lines(method).stream().noneMatch(wanted)) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("no such line in " + Files.readString(log));
            }
            Thread.sleep(10);
        }
    }

    private List<JsonObject> lines(String method) throws IOException {
        String text = Files.readString(log);
        return text.substring(0, text.lastIndexOf('\n') + 1)
                .lines()
                .map(JsonObject::new)
                .filter(line -> line.getString("method").endsWith(method))
                .toList();
    }
}
