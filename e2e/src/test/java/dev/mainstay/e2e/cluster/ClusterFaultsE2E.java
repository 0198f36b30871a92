package dev.mainstay.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.e2e.faults.Disturbance;
import dev.mainstay.e2e.faults.LoopbackNetwork;
import dev.mainstay.e2e.faults.Network;
import dev.mainstay.e2e.server.Program;
import dev.mainstay.etcd.proto.KVGrpc;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That the faults are faults: each is seen in what the members then can and can't do. */
@Tag("chaos")
class ClusterFaultsE2E {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    static List<Program> programs() {
        return Program.forClusters();
    }

    @ParameterizedTest
    @MethodSource("programs")
    void everyFaultDoesWhatItSaysInNamespaces(Program program, @TempDir Path dir) {
        try (Network network = Network.best(3, 1)) {
            everyFaultDoesWhatItSays(program, dir, network);
        }
    }

    @Tag("slow")
    @ParameterizedTest
    @MethodSource("programs")
    void everyFaultDoesWhatItSaysBehindProxies(Program program, @TempDir Path dir) {
        try (Network network = new LoopbackNetwork(3, new Random(1))) {
            everyFaultDoesWhatItSays(program, dir, network);
        }
    }

    private static void everyFaultDoesWhatItSays(Program program, Path dir, Network network) {
        try (TestCluster cluster = TestCluster.start(program, dir, 3, network)) {
            int leader = cluster.awaitLeader();
            int other = (leader + 1) % 3;
            int third = (leader + 2) % 3;
            put(cluster.client(other), "1", 5);

            // A leader that reaches nobody is replaced, and neither writes nor reads.
            network.cutBoth(leader, other);
            network.cutBoth(leader, third);
            assertThatThrownBy(() -> put(cluster.client(leader), "lost", 1)).isInstanceOf(StatusRuntimeException.class);
            put(cluster.client(other), "2", 10);
            assertThatThrownBy(() -> get(cluster.client(leader), 1)).isInstanceOf(StatusRuntimeException.class);
            network.heal();
            assertThat(get(cluster.client(leader), 20)).isEqualTo("2");

            // One way is enough to stop it, too.
            int cut = cluster.awaitLeader();
            network.cut(cut, (cut + 1) % 3);
            network.cut(cut, (cut + 2) % 3);
            put(cluster.client((cut + 1) % 3), "3", 10);
            network.heal();
            assertThat(get(cluster.client(cut), 20)).isEqualTo("3");

            // A slow network makes slow writes.
            int slow = cluster.awaitLeader();
            for (int i = 0; i < 3; i++) {
                network.disturb(slow, i, new Disturbance(60, 10, 0));
                network.disturb(i, slow, new Disturbance(60, 10, 0));
            }
            long from = System.nanoTime();
            put(cluster.client(slow), "4", 10);
            assertThat(Duration.ofNanos(System.nanoTime() - from)).isGreaterThan(Duration.ofMillis(110));
            network.heal();
            network.reset(0, 1);
            network.reset(1, 2);

            // A paused member doesn't answer, and the others go on.
            cluster.member(other).pause();
            assertThatThrownBy(() -> get(cluster.client(other), 1)).isInstanceOf(StatusRuntimeException.class);
            put(cluster.client(third), "5", 10);
            cluster.member(other).resume();
            assertThat(get(cluster.client(other), 20)).isEqualTo("5");

            // A member is taken out and comes back empty, under another id, and catches up.
            assertThat(cluster.remove(third, PATIENCE)).isTrue();
            put(cluster.client(leader), "6", 10);
            cluster.member(third).close();
            assertThat(cluster.add(third, PATIENCE)).isTrue();
            cluster.member(third).awaitReady();
            assertThat(get(cluster.client(third), 20)).isEqualTo("6");

            int killed = cluster.awaitLeader();
            cluster.member(killed).kill9();
            assertThat(cluster.awaitLeader()).isNotEqualTo(killed);
            cluster.start(killed);
            assertThat(get(cluster.client(killed), 20)).isEqualTo("6");
        }
    }

    /**
     * Both followers have written what was sent, and what they answered is lost with the connections it was on: the leader,
     * which lets only a few entries be under way, has nothing new to send them, and must learn all the same that they have it.
     */
    @ParameterizedTest
    @MethodSource("programs")
    void answersLostWithTheirConnectionsHoldNobodyUp(Program program, @TempDir Path dir) throws Exception {
        try (Network network = new LoopbackNetwork(3, new Random(1));
                TestCluster cluster = TestCluster.start(program, dir, 3, network)) {
            int leader = cluster.awaitLeader();
            int one = (leader + 1) % 3;
            int other = (leader + 2) % 3;
            put(cluster.client(leader), "before", 5);

            network.cut(one, leader);
            network.cut(other, leader);
            List<Thread> writers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                writers.add(Thread.ofVirtual().start(() -> put(cluster.client(leader), "lost from sight", 20)));
                TimeUnit.MILLISECONDS.sleep(40);
            }
            network.reset(leader, one);
            network.reset(leader, other);
            network.heal();

            put(cluster.client(leader), "after", 10);
            assertThat(cluster.leader()).as("the leader was heard all the time").hasValue(leader);
            for (Thread writer : writers) {
                writer.join();
            }
        }
    }

    private static void put(EtcdClient client, String value, int seconds) {
        retrying(
                client,
                seconds,
                kv -> kv.put(PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("k"))
                        .setValue(ByteString.copyFromUtf8(value))
                        .build()));
    }

    private static String get(EtcdClient client, int seconds) {
        RangeRequest request =
                RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")).build();
        return retrying(client, seconds, kv -> kv.range(request))
                .getKvs(0)
                .getValue()
                .toStringUtf8();
    }

    /** Asks until it's answered: what is forwarded while there is no leader is lost. */
    private static <T> T retrying(EtcdClient client, int seconds, Function<KVGrpc.KVBlockingStub, T> call) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (true) {
            try {
                client.channel().resetConnectBackoff();
                return call.apply(client.kv().withDeadlineAfter(Math.min(2, seconds), TimeUnit.SECONDS));
            } catch (StatusRuntimeException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
            }
        }
    }
}
