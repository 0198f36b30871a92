package dev.mainstay.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.e2e.cluster.TestCluster;
import dev.mainstay.e2e.faults.Network;
import dev.mainstay.e2e.faults.PlainNetwork;
import dev.mainstay.e2e.server.Program;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The life of a cluster of three, by hand of an administrator with etcdctl. */
@Tag("cluster")
class EtcdctlClusterE2E {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @ParameterizedTest
    @EnumSource(Program.class)
    void clusterIsSeenLedGrownShrunkAndRecovers(Program program, @TempDir Path dir) {
        try (Network network = new PlainNetwork(3);
                TestCluster cluster = TestCluster.start(program, dir, 3, network)) {
            Etcdctl all = new Etcdctl(String.join(",", cluster.endpoints()));
            int leader = cluster.awaitLeader();
            int follower = (leader + 1) % 3;
            Etcdctl byFollower = new Etcdctl(cluster.endpoints().get(follower));

            // Every member takes writes and reads what the others took.
            for (String endpoint : cluster.endpoints()) {
                assertThat(new Etcdctl(endpoint).out("put", "by/" + endpoint, "v"))
                        .isEqualTo("OK\n");
            }
            for (String endpoint : cluster.endpoints()) {
                assertThat(new Etcdctl(endpoint).out("get", "--prefix", "by/", "--count-only", "-w", "fields"))
                        .contains("\"Count\" : 3");
            }
            assertThat(all.run("endpoint", "health").code()).isZero();
            assertThat(all.out("member", "list").lines()).hasSize(3).allMatch(line -> line.contains(", started, "));
            assertThat(hashes(all)).hasSize(1);

            // Leases are granted, renewed and looked at anywhere.
            String lease = byFollower.out("lease", "grant", "60").split(" ", -1)[1];
            assertThat(byFollower.out("lease", "keep-alive", "--once", lease)).contains("keepalived with TTL(60)");
            assertThat(byFollower.out("lease", "timetolive", lease)).contains("granted with TTL(60s), remaining(5");

            // Leadership moves where it is told to, and only there.
            String target = id(all, follower, cluster);
            assertThat(new Etcdctl(cluster.endpoints().get(leader)).out("move-leader", target))
                    .startsWith("Leadership transferred from ");
            assertThat(cluster.awaitLeader()).isEqualTo(follower);

            // A dead leader is replaced, and comes back to what it missed.
            cluster.member(follower).kill9();
            int next = cluster.awaitLeader();
            assertThat(new Etcdctl(cluster.endpoints().get(next)).out("put", "without", "it"))
                    .isEqualTo("OK\n");
            cluster.start(follower);
            assertThat(byFollower.out("get", "without")).isEqualTo("without\nit\n");

            // A member goes for good, and another takes its place.
            assertThat(cluster.remove(follower, PATIENCE)).isTrue();
            cluster.member(follower).kill9();
            assertThat(new Etcdctl(cluster.endpoints().get(next))
                            .out("member", "list")
                            .lines())
                    .hasSize(2);
            assertThat(cluster.add(follower, PATIENCE)).isTrue();
            cluster.member(follower).awaitReady();
            assertThat(byFollower.out("get", "without")).isEqualTo("without\nit\n");
            assertThat(all.out("member", "list").lines()).hasSize(3).allMatch(line -> line.contains(", started, "));
            assertThat(hashes(all)).hasSize(1);
        }
    }

    private static Set<String> hashes(Etcdctl etcdctl) {
        return etcdctl.out("endpoint", "hashkv")
                .lines()
                .map(line -> line.split(", ", -1)[1])
                .collect(Collectors.toSet());
    }

    /** A member's id in hex, as MemberList names it. */
    private static String id(Etcdctl etcdctl, int member, TestCluster cluster) {
        List<String> lines = etcdctl.out("member", "list").lines().toList();
        String endpoint = cluster.endpoints().get(member).replaceFirst("^http://", "");
        return lines.stream()
                .filter(line -> line.contains("http://" + endpoint))
                .map(line -> line.split(", ", -1)[0])
                .findFirst()
                .orElseThrow(() -> new AssertionError(endpoint + " is not among " + lines));
    }
}
