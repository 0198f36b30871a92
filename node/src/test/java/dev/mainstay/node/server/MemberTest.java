package dev.mainstay.node.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.AlarmRequest;
import dev.mainstay.etcd.proto.AlarmType;
import dev.mainstay.etcd.proto.ClusterGrpc;
import dev.mainstay.etcd.proto.CompactionRequest;
import dev.mainstay.etcd.proto.DeleteRangeRequest;
import dev.mainstay.etcd.proto.MaintenanceGrpc;
import dev.mainstay.etcd.proto.MemberAddRequest;
import dev.mainstay.etcd.proto.MemberAddResponse;
import dev.mainstay.etcd.proto.MemberListRequest;
import dev.mainstay.etcd.proto.MemberListResponse;
import dev.mainstay.etcd.proto.MemberPromoteRequest;
import dev.mainstay.etcd.proto.MemberRemoveRequest;
import dev.mainstay.etcd.proto.MoveLeaderRequest;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RangeResponse;
import dev.mainstay.etcd.proto.StatusRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemberTest {

    private static final ByteString KEY = ByteString.copyFromUtf8("key");
    private static final long SELF = 0x8e9e05c52164694dL;
    private static final ByteString VALUE = ByteString.copyFromUtf8("value");

    @TempDir
    Path temp = Path.of("");

    @Test
    void whatWasPutIsThereAfterARestart() throws Exception {
        try (RunningMember first = new RunningMember(temp)) {
            first.kv().put(PutRequest.newBuilder().setKey(KEY).setValue(VALUE).build());
            first.member().close();
            first.member().close();
        }

        try (RunningMember again = new RunningMember(temp)) {
            RangeResponse found =
                    again.kv().range(RangeRequest.newBuilder().setKey(KEY).build());

            assertThat(found.getKvsList()).hasSize(1);
            assertThat(found.getKvs(0).getValue()).isEqualTo(VALUE);
            assertThat(found.getHeader().getRevision()).isEqualTo(2);
        }
    }

    /** Its start may still be telling that when the member is closed again to start on a snapshot. */
    @Test
    void closedMemberStillTellsWhereItServedClients() throws Exception {
        try (RunningMember running = new RunningMember(temp)) {
            Member member = running.member();
            List<String> addresses = member.clientAddresses();
            int port = member.clientPort();

            member.close();

            assertThat(member.clientAddresses()).isEqualTo(addresses);
            assertThat(member.clientPort()).isEqualTo(port).isPositive();
        }
    }

    @Test
    void nameAndClientUrlsAreWhatTheLastStartSaidAndIdsWhatTheDataSays() throws Exception {
        try (RunningMember first = new RunningMember(temp)) {
            assertThat(list(first).getMembersList()).containsExactly(selfInTheList("default", "http://127.0.0.1:2379"));
        }

        try (RunningMember again = new RunningMember(
                temp,
                "--name=other",
                "--initial-cluster=other=http://localhost:2380",
                "--advertise-client-urls=http://b:1,http://a:1")) {
            assertThat(list(again).getMembersList())
                    .containsExactly(selfInTheList("other", "http://b:1", "http://a:1"));
        }
    }

    /** What a real etcd answers when it is alone. */
    @Test
    void loneMemberAnswersChangesOfMembersAsEtcdDoes() throws Exception {
        try (RunningMember member = new RunningMember(temp)) {
            ClusterGrpc.ClusterBlockingStub cluster = ClusterGrpc.newBlockingStub(member.channel());
            assertThatThrownBy(() -> cluster.memberAdd(MemberAddRequest.newBuilder()
                            .addPeerURLs("http://localhost:2380")
                            .build()))
                    .hasMessage("FAILED_PRECONDITION: etcdserver: Peer URLs already exists");
            assertThatThrownBy(() -> cluster.memberRemove(
                            MemberRemoveRequest.newBuilder().setID(1).build()))
                    .hasMessage("NOT_FOUND: etcdserver: member not found");
            assertThatThrownBy(() -> cluster.memberRemove(
                            MemberRemoveRequest.newBuilder().setID(SELF).build()))
                    .hasMessage("UNKNOWN: etcdserver: re-configuration failed due to not enough started members");
            assertThatThrownBy(() -> cluster.memberPromote(
                            MemberPromoteRequest.newBuilder().setID(SELF).build()))
                    .hasMessage("FAILED_PRECONDITION: etcdserver: can only promote a learner member");
            assertThatThrownBy(() -> cluster.memberPromote(
                            MemberPromoteRequest.newBuilder().setID(1).build()))
                    .hasMessage("NOT_FOUND: etcdserver: member not found");
            assertThatThrownBy(() -> MaintenanceGrpc.newBlockingStub(member.channel())
                            .moveLeader(MoveLeaderRequest.newBuilder()
                                    .setTargetID(1)
                                    .build()))
                    .hasMessage("FAILED_PRECONDITION: etcdserver: bad leader transferee");

            MemberAddResponse added = cluster.memberAdd(MemberAddRequest.newBuilder()
                    .addPeerURLs("http://127.0.0.1:1")
                    .build());
            assertThat(added.getMembersCount()).isEqualTo(2);
            member.kv().put(PutRequest.newBuilder().setKey(KEY).setValue(VALUE).build());
            assertThat(cluster.memberRemove(MemberRemoveRequest.newBuilder()
                                    .setID(added.getMember().getID())
                                    .build())
                            .getMembersList())
                    .containsExactly(selfInTheList("default", "http://127.0.0.1:2379"));
        }
    }

    private static MemberListResponse list(RunningMember member) {
        return ClusterGrpc.newBlockingStub(member.channel())
                .memberList(MemberListRequest.newBuilder().setLinearizable(true).build());
    }

    private static dev.mainstay.etcd.proto.Member selfInTheList(String name, String... clientUrls) {
        return dev.mainstay.etcd.proto.Member.newBuilder()
                .setID(SELF)
                .setName(name)
                .addPeerURLs("http://localhost:2380")
                .addAllClientURLs(List.of(clientUrls))
                .build();
    }

    /** Nobody needs to defragment: what is compacted while space is short is given back by the member itself. */
    @Test
    void compactingIsEnoughToGetBelowTheQuota() throws Exception {
        long quota = 8 << 20;
        try (RunningMember member = new RunningMember(temp, "--quota-backend-bytes=" + quota)) {
            fill(member);
            MaintenanceGrpc.MaintenanceBlockingStub maintenance = MaintenanceGrpc.newBlockingStub(member.channel());
            assertThat(inUse(maintenance)).isGreaterThan(quota / 10 * 9);

            long revision = member.kv()
                    .deleteRange(DeleteRangeRequest.newBuilder()
                            .setKey(KEY)
                            .setRangeEnd(ByteString.copyFromUtf8("kez"))
                            .build())
                    .getHeader()
                    .getRevision();
            member.kv()
                    .compact(CompactionRequest.newBuilder()
                            .setRevision(revision)
                            .setPhysical(true)
                            .build());

            for (int i = 0; i < 300 && inUse(maintenance) > quota / 2; i++) {
                Thread.sleep(100);
            }
            assertThat(inUse(maintenance)).isLessThan(quota / 2);
            maintenance.alarm(AlarmRequest.newBuilder()
                    .setAction(AlarmRequest.AlarmAction.DEACTIVATE)
                    .setMemberID(SELF)
                    .setAlarm(AlarmType.NOSPACE)
                    .build());
            member.kv().put(PutRequest.newBuilder().setKey(KEY).setValue(VALUE).build());
        }
    }

    /** With what can't be compressed, until no more is taken. */
    private static void fill(RunningMember member) {
        byte[] value = new byte[256 << 10];
        new Random(7).nextBytes(value);
        for (int n = 0; n < 1000; n++) {
            value[n]++;
            try {
                member.kv()
                        .put(PutRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8("key" + n))
                                .setValue(ByteString.copyFrom(value))
                                .build());
            } catch (StatusRuntimeException e) {
                assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
                return;
            }
        }
        throw new AssertionError("never full");
    }

    private static long inUse(MaintenanceGrpc.MaintenanceBlockingStub maintenance) {
        return maintenance.status(StatusRequest.getDefaultInstance()).getDbSizeInUse();
    }

    @Test
    void twoMembersLiveInOneProcessButNotOnOneDirectory() throws Exception {
        try (RunningMember one = new RunningMember(temp.resolve("one"));
                RunningMember two = new RunningMember(temp.resolve("two"))) {
            assertThat(one.port()).isNotEqualTo(two.port());
            assertThatThrownBy(() -> new RunningMember(temp.resolve("one")))
                    .isInstanceOf(DataDirectoryException.class)
                    .hasMessageContaining("owned by another running node");
        }
    }

    @Test
    void portInUseStopsTheStartAndLeavesNothingOpen() throws Exception {
        try (RunningMember one = new RunningMember(temp.resolve("one"))) {
            String url = "http://127.0.0.1:" + one.port();
            Path data = temp.resolve("two");

            assertThatThrownBy(() -> new RunningMember(data, "--listen-client-urls=" + url))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("can't listen on " + url);
            new RunningMember(data).close();
        }
    }

    @Test
    void httpEndpointsAnswerAsEtcds() throws Exception {
        try (RunningMember member = new RunningMember(temp)) {
            assertThat(member.get("/health"))
                    .startsWith("HTTP/1.1 200 OK")
                    .endsWith("{\"health\":\"true\",\"reason\":\"\"}");
            assertThat(member.get("/health?serializable=true")).contains(" 200 ");
            assertThat(member.get("/livez")).contains(" 200 ").endsWith("\r\n\r\nok\n");
            assertThat(member.get("/livez/serializable_read")).contains(" 200 ");
            assertThat(member.get("/livez/linearizable_read")).contains(" 404 ");
            assertThat(member.get("/readyz?verbose&exclude=non_learner&exclude=nonsense"))
                    .endsWith("""
                            [+]data_corruption ok
                            [+]linearizable_read ok
                            [+]non_learner excluded: ok
                            [+]serializable_read ok
                            ok
                            """);
            assertThat(member.get("/version"))
                    .contains("application/json")
                    .endsWith("{\"etcdserver\":\"3.7.0\",\"etcdcluster\":\"3.7.0\",\"storage\":\"3.7.0\"}");
            assertThat(member.get("/")).contains(" 404 ").endsWith("404 page not found\n");
            assertThat(member.raw(
                            "POST /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
                            5_000))
                    .contains(" 405 ")
                    .containsIgnoringCase("allow: GET")
                    .endsWith("Method Not Allowed\n");
        }
    }

    @Test
    void unknownHostIsMisdirectedOnceHostsAreListed() throws Exception {
        try (RunningMember member = new RunningMember(temp, "--host-whitelist=example.com")) {
            assertThat(member.get("/health")).startsWith("HTTP/1.1 421 ");
            assertThat(member.raw("GET /health HTTP/1.1\r\nHost: example.com:1\r\nConnection: close\r\n\r\n", 5_000))
                    .startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void jsonIsServedToHostsAndOriginsThatAreListed() throws Exception {
        try (RunningMember member =
                new RunningMember(temp, "--host-whitelist=example.com", "--cors=http://a,http://b")) {
            assertThat(member.raw(range("evil.com", "http://a"), 5_000)).startsWith("HTTP/1.1 421 ");
            assertThat(member.raw(range("example.com", "http://b"), 5_000))
                    .startsWith("HTTP/1.1 200 ")
                    .containsIgnoringCase("access-control-allow-origin: http://b\r\n")
                    .contains("{\"header\":{\"cluster_id\":");
            assertThat(member.raw(range("example.com", "http://evil"), 5_000))
                    .startsWith("HTTP/1.1 200 ")
                    .doesNotContainIgnoringCase("access-control-allow-origin");
        }
    }

    @Test
    void jsonCanBeSwitchedOff() throws Exception {
        try (RunningMember member = new RunningMember(temp, "--enable-grpc-gateway=false")) {
            assertThat(member.raw(range("a", "http://a"), 5_000))
                    .startsWith("HTTP/1.1 404 ")
                    .contains("404 page not found")
                    .containsIgnoringCase("access-control-allow-origin: *");
        }
    }

    private static String range(String host, String origin) {
        String body = "{\"key\":\"YQ==\"}";
        return "POST /v3/kv/range HTTP/1.1\r\nHost: " + host + "\r\nOrigin: " + origin
                + "\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    @Test
    void garbageIsAnsweredOrCutAndServiceGoesOn() throws Exception {
        try (RunningMember member = new RunningMember(temp)) {
            for (String garbage : List.of(
                    "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003",
                    "NONSENSE\r\n\r\n",
                    "GET / HTTP/9.9\r\n\r\n",
                    "GET /" + "a".repeat(200_000) + " HTTP/1.1\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: " + "b".repeat(200_000) + "\r\n\r\n",
                    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff")) {
                String answer = member.raw(garbage, 2_000);

                assertThat(answer).doesNotContain(" 200 ");
                assertThat(member.get("/health")).contains(" 200 ");
            }
        }
    }

    @Test
    void slowAndIdleConnectionsDoNotKeepOthersFromBeingServed() throws Exception {
        List<Socket> sockets = new ArrayList<>();
        try (RunningMember member = new RunningMember(temp)) {
            for (int i = 0; i < 1_000; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), member.port());
                sockets.add(socket);
                if (i % 2 == 0) {
                    socket.getOutputStream().write("GET /hea".getBytes(StandardCharsets.US_ASCII));
                }
            }

            member.kv().put(PutRequest.newBuilder().setKey(KEY).setValue(VALUE).build());

            assertThat(member.get("/health")).contains(" 200 ");
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }
}
