package dev.mainstay.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.e2e.faults.Network;
import dev.mainstay.e2e.faults.PlainNetwork;
import dev.mainstay.e2e.faults.TamperedStore;
import dev.mainstay.e2e.server.Program;
import dev.mainstay.etcd.proto.AlarmMember;
import dev.mainstay.etcd.proto.AlarmRequest;
import dev.mainstay.etcd.proto.AlarmType;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.StatusRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One of three members comes back with a value that nobody wrote. */
@Tag("cluster")
class ConsistencyE2E {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int VICTIM = 1;

    @Test
    void memberThatChecksAtItsStartRefusesToServeWhatNobodyWrote(@TempDir Path dir) {
        try (Network network = new PlainNetwork(3);
                TestCluster cluster = TestCluster.start(
                        Program.MAINSTAY, dir, 3, network, "--feature-gates=InitialCorruptCheck=true")) {
            put(cluster, 0, "key", "right");
            cluster.member(VICTIM).restart();
            assertThat(get(cluster, VICTIM)).as("nothing is wrong yet").isEqualTo("right");

            cluster.member(VICTIM).stop();
            TamperedStore.replace(cluster.member(VICTIM).dataDir(), "right", "wrong");
            cluster.launch(VICTIM);

            assertThat(cluster.member(VICTIM).awaitExit(PATIENCE)).isEqualTo(1);
            assertThat(cluster.member(VICTIM).log())
                    .contains("can't start: data directory "
                            + cluster.member(VICTIM).dataDir()
                            + " holds other data than the majority of the members, found by comparing all keys");
            put(cluster, 0, "key", "still");
        }
    }

    @Test
    void runningMemberIsFoundOutAndWithdrawnWhileTheOthersGoOn(@TempDir Path dir) throws Exception {
        try (Network network = new PlainNetwork(3);
                TestCluster cluster = TestCluster.start(Program.MAINSTAY, dir, 3, network, "--corrupt-check-time=2s")) {
            put(cluster, 0, "key", "right");
            cluster.member(VICTIM).stop();
            put(cluster, 0, "other", "meanwhile");
            TamperedStore.replace(cluster.member(VICTIM).dataDir(), "right", "wrong");
            cluster.start(VICTIM);
            long id = cluster.client(VICTIM)
                    .maintenance()
                    .status(StatusRequest.getDefaultInstance())
                    .getHeader()
                    .getMemberId();

            await("the alarm", () -> corrupt(cluster.client(0)).equals(List.of(id)));

            await("the refusal", () -> refused(cluster));
            assertThat(http(cluster, VICTIM, "/readyz")).contains("data_corruption failed: alarm activated: CORRUPT");
            assertThat(http(cluster, VICTIM, "/health")).contains("ALARM CORRUPT");
            for (int other : List.of(0, 2)) {
                put(cluster, other, "key", "by " + other);
                assertThat(get(cluster, other)).isEqualTo("by " + other);
                assertThat(http(cluster, other, "/health")).contains("\"health\":\"true\"");
            }

            // What an administrator does about it.
            assertThat(cluster.remove(VICTIM, PATIENCE)).isTrue();
            assertThat(corrupt(cluster.client(0))).isEmpty();
            cluster.member(VICTIM).close();
            assertThat(cluster.add(VICTIM, PATIENCE)).isTrue();
            cluster.member(VICTIM).awaitReady();
            await("the new member's answer", () -> get(cluster, VICTIM).equals("by 2"));
        }
    }

    private static void put(TestCluster cluster, int member, String key, String value) {
        var ignored = cluster.client(member)
                .kv()
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .put(PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .setValue(ByteString.copyFromUtf8(value))
                        .build());
    }

    private static String get(TestCluster cluster, int member) {
        return cluster.client(member)
                .kv()
                .withWaitForReady()
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .range(RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("key"))
                        .build())
                .getKvs(0)
                .getValue()
                .toStringUtf8();
    }

    private static boolean refused(TestCluster cluster) {
        try {
            get(cluster, VICTIM);
            return false;
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode() == Status.Code.UNAVAILABLE
                    && String.valueOf(e.getMessage()).contains("corrupt member");
        }
    }

    private static List<Long> corrupt(EtcdClient client) {
        return client
                .maintenance()
                .alarm(AlarmRequest.newBuilder().setAlarm(AlarmType.CORRUPT).build())
                .getAlarmsList()
                .stream()
                .map(AlarmMember::getMemberID)
                .toList();
    }

    private static String http(TestCluster cluster, int member, String path) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(
                                            URI.create(cluster.endpoints().get(member) + path))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not in time: " + what);
            }
            Thread.sleep(50);
        }
    }
}
