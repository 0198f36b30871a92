package dev.mainstay.node.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.AlarmMember;
import dev.mainstay.etcd.proto.AlarmRequest;
import dev.mainstay.etcd.proto.AlarmType;
import dev.mainstay.etcd.proto.LeaseGrantRequest;
import dev.mainstay.etcd.proto.LeaseGrpc;
import dev.mainstay.etcd.proto.MaintenanceGrpc;
import dev.mainstay.etcd.proto.MoveLeaderRequest;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.StatusRequest;
import dev.mainstay.etcd.proto.StatusResponse;
import dev.mainstay.etcd.proto.WatchCreateRequest;
import dev.mainstay.etcd.proto.WatchGrpc;
import dev.mainstay.etcd.proto.WatchRequest;
import dev.mainstay.etcd.proto.WatchResponse;
import dev.mainstay.node.apply.Tables;
import dev.mainstay.node.server.DataDirectoryException.Problem;
import dev.mainstay.node.storage.Cursor;
import dev.mainstay.node.storage.StoreTransaction;
import dev.mainstay.node.storage.Table;
import dev.mainstay.node.storage.rocksdb.RocksSettings;
import dev.mainstay.node.storage.rocksdb.RocksStore;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three whole members in this process, of which one's data get changed behind its back. */
@Timeout(300)
class CorruptMemberTest {

    private static final int MEMBERS = 3;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final String CHECK_KEYS = "--corrupt-check-time=1s";

    @TempDir
    private Path temp;

    private List<Integer> ports = List.of();
    private final List<RunningMember> members = new ArrayList<>();

    @BeforeEach
    void threeMembers() throws Exception {
        ports = freePorts();
        members.addAll(startAll(List.of(CHECK_KEYS, CHECK_KEYS, CHECK_KEYS)));
        for (int i = 0; i < 20; i++) {
            put(0, "key" + i, "value" + i);
        }
    }

    @AfterEach
    void close() {
        members.forEach(RunningMember::close);
    }

    @Test
    void differingMemberStopsServingAndOnlyThat() throws Exception {
        members.get(2).close();
        tamper(2);
        assertThatThrownBy(() -> start(2, "--feature-gates=InitialCorruptCheck=true"))
                .isInstanceOfSatisfying(
                        DataDirectoryException.class,
                        refused -> assertThat(refused.problem()).isEqualTo(Problem.DIFFERS))
                .hasMessageContaining("holds other data than the majority of the members")
                .hasMessageContaining("member remove");

        RunningMember corrupt = start(2, CHECK_KEYS);
        members.set(2, corrupt);
        long id = corrupt.member().identity().memberId();
        CountDownLatch watchEnded = new CountDownLatch(1);
        AtomicReference<Throwable> why = new AtomicReference<>();
        watch(corrupt, watchEnded, why);

        await(() -> alarms(0).equals(List.of(id)));

        await(() -> refusal(() -> get(2, "key1")).contains("corrupt member"));
        assertThat(watchEnded.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(Status.fromThrowable(why.get()).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(refusal(() -> put(2, "key1", "x"))).contains("corrupt member");
        assertThat(refusal(() -> LeaseGrpc.newBlockingStub(corrupt.channel())
                        .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(10).build())))
                .contains("corrupt member");
        assertThat(corrupt.get("/health")).contains(" 503 ").contains("ALARM CORRUPT");
        assertThat(corrupt.get("/readyz")).contains("[-]data_corruption failed: alarm activated: CORRUPT");
        assertThat(corrupt.get("/livez")).contains(" 200 ");
        assertThat(status(2).getErrorsList()).hasSize(1);
        for (int other = 0; other < 2; other++) {
            put(other, "more" + other, "1");
            assertThat(get(other, "key1")).isEqualTo("value1");
            assertThat(members.get(other).get("/health")).contains(" 200 ");
            assertThat(members.get(other).get("/readyz")).contains(" 200 ");
        }

        corrupt.close();
        RunningMember again = start(2, CHECK_KEYS);
        members.set(2, again);
        assertThat(refusal(() -> get(2, "key1"))).as("after a restart").contains("corrupt member");
    }

    @Test
    void leaderThatDiffersHandsOverAndStopsServing() throws Exception {
        members.forEach(RunningMember::close);
        tamper(2);
        members.clear();
        members.addAll(startAll(List.of("", "", CHECK_KEYS)));
        long id = members.get(2).member().identity().memberId();
        await(() -> {
            int leader = leader();
            if (leader != 2) {
                MaintenanceGrpc.newBlockingStub(members.get(leader).channel())
                        .withDeadlineAfter(10, TimeUnit.SECONDS)
                        .moveLeader(
                                MoveLeaderRequest.newBuilder().setTargetID(id).build());
            }
            return alarms(0).equals(List.of(id));
        });

        await(() -> leader() != 2);
        put(0, "after", "1");
        assertThat(get(1, "after")).isEqualTo("1");
        await(() -> refusal(() -> get(2, "after")).contains("corrupt member"));
    }

    @Test
    void membersThatAgreeStartWithTheCheckAndRaiseNothing() throws Exception {
        members.get(1).close();
        put(0, "meanwhile", "1");

        members.set(1, start(1, CHECK_KEYS, "--feature-gates=InitialCorruptCheck=true"));

        assertThat(get(1, "meanwhile")).isEqualTo("1");
        await(() -> counts("subject=\"keys\"", "agreed") > 0);
        assertThat(counts("subject=\"keys\"", "differing")).isZero();
        assertThat(alarms(0)).isEmpty();
    }

    /** Members need each other to have a leader, so they start at once. */
    private List<RunningMember> startAll(List<String> more) throws Exception {
        List<CompletableFuture<RunningMember>> starting = IntStream.range(0, MEMBERS)
                .mapToObj(i -> CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return more.get(i).isEmpty() ? start(i) : start(i, more.get(i));
                            } catch (DataDirectoryException | IOException e) {
                                throw new IllegalStateException(e);
                            }
                        },
                        task -> Thread.ofPlatform().start(task)))
                .toList();
        List<RunningMember> started = new ArrayList<>();
        for (CompletableFuture<RunningMember> member : starting) {
            started.add(member.get(90, TimeUnit.SECONDS));
        }
        return started;
    }

    private RunningMember start(int i, String... more) throws DataDirectoryException, IOException {
        List<String> flags = new ArrayList<>(List.of(
                "--name=m" + i,
                "--listen-peer-urls=" + peerUrl(i),
                "--initial-advertise-peer-urls=" + peerUrl(i),
                "--initial-cluster="
                        + IntStream.range(0, MEMBERS)
                                .mapToObj(n -> "m" + n + "=" + peerUrl(n))
                                .collect(Collectors.joining(",")),
                "--compact-hash-check-time=500ms"));
        flags.addAll(List.of(more));
        return new RunningMember(directory(i), flags.toArray(String[]::new));
    }

    private Path directory(int i) {
        return temp.resolve("m" + i);
    }

    private String peerUrl(int i) {
        return "http://127.0.0.1:" + ports.get(i);
    }

    private static List<Integer> freePorts() throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int i = 0; i < MEMBERS; i++) {
                held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return held.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
    }

    /** Changes the value of key1 on the disk of a member that doesn't run. */
    private void tamper(int i) {
        Table kv = Tables.all().stream()
                .filter(table -> table.name().equals("kv"))
                .findFirst()
                .orElseThrow();
        try (RocksStore store =
                RocksStore.open(directory(i).resolve("db"), Tables.all(), RocksSettings.small(), fault -> {
                    throw fault;
                })) {
            try (Cursor cursor = store.cursor(kv, null, null);
                    StoreTransaction changes = store.begin()) {
                for (cursor.seek(new byte[0]); cursor.isValid(); cursor.next()) {
                    byte[] value = cursor.value().clone();
                    if (new String(value, StandardCharsets.ISO_8859_1).endsWith("value1")) {
                        value[value.length - 1] = '7';
                        changes.put(kv, cursor.key(), value);
                    }
                }
                assertThat(changes.isEmpty()).isFalse();
                store.write(changes);
            }
            store.flush();
        }
    }

    private void put(int member, String key, String value) {
        var ignored = members.get(member)
                .kv()
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .put(PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .setValue(ByteString.copyFromUtf8(value))
                        .build());
    }

    private String get(int member, String key) {
        return members.get(member)
                .kv()
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .range(RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .build())
                .getKvs(0)
                .getValue()
                .toStringUtf8();
    }

    private List<Long> alarms(int member) {
        return MaintenanceGrpc.newBlockingStub(members.get(member).channel())
                .alarm(AlarmRequest.newBuilder().setAlarm(AlarmType.CORRUPT).build())
                .getAlarmsList()
                .stream()
                .map(AlarmMember::getMemberID)
                .toList();
    }

    private StatusResponse status(int member) {
        return MaintenanceGrpc.newBlockingStub(members.get(member).channel())
                .status(StatusRequest.getDefaultInstance());
    }

    /** Waits for a leader. */
    private int leader() throws Exception {
        AtomicReference<Integer> found = new AtomicReference<>(-1);
        await(() -> {
            for (int i = 0; i < MEMBERS; i++) {
                StatusResponse status = status(i);
                if (status.getLeader() == status.getHeader().getMemberId()) {
                    found.set(i);
                }
            }
            return found.get() >= 0;
        });
        return found.get();
    }

    /** How many comparisons of a subject came to a result, over all members. */
    private double counts(String subject, String result) throws IOException {
        double sum = 0;
        for (RunningMember member : members) {
            for (String line : member.get("/metrics").split("\n", -1)) {
                if (line.startsWith("mainstay_consistency_checks_total")
                        && line.contains(subject)
                        && line.contains("\"" + result + "\"")) {
                    sum += Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
                }
            }
        }
        return sum;
    }

    private static void watch(RunningMember member, CountDownLatch ended, AtomicReference<Throwable> why) {
        WatchGrpc.newStub(member.channel())
                .watch(new StreamObserver<>() {
                    @Override
                    public void onNext(WatchResponse response) {}

                    @Override
                    public void onError(Throwable error) {
                        why.set(error);
                        ended.countDown();
                    }

                    @Override
                    public void onCompleted() {
                        ended.countDown();
                    }
                })
                .onNext(WatchRequest.newBuilder()
                        .setCreateRequest(WatchCreateRequest.newBuilder().setKey(ByteString.copyFromUtf8("key1")))
                        .build());
    }

    /** What a call is refused with; empty if it isn't. */
    private static String refusal(Runnable call) {
        try {
            call.run();
            return "";
        } catch (StatusRuntimeException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            try {
                if (condition.call()) {
                    return;
                }
            } catch (StatusRuntimeException e) {
                // Between two leaders; looked at again.
            }
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not in time");
            }
            LockSupport.parkNanos(20_000_000);
        }
    }
}
