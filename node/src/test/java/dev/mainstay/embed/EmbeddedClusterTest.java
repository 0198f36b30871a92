package dev.mainstay.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
@ExtendWith(QuietRatis.class)
class EmbeddedClusterTest {

    @TempDir
    Path temp = Path.of("");

    @Test
    void survivesTheStopOfItsLeaderAndTheLossOfAMember() throws Exception {
        try (EmbeddedCluster cluster = EmbeddedCluster.start(3)) {
            EmbeddedMember leader = cluster.leader().orElseThrow();
            EmbeddedMember other = other(cluster, leader);
            try (Client client = new Client(other);
                    Client late = new Client(leader)) {
                assertThat(cluster.endpoints()).doesNotHaveDuplicates().hasSize(3);
                client.put("key", "before");

                leader.stop();
                client.put("key", "without it");
                assertThat(cluster.leader()).isPresent().get().isNotSameAs(leader);

                leader.start();
                await(() -> late.getHere("key").equals("without it"));

                client.remove(leader.name());
                EmbeddedMember.Failure why = leader.failure().get(30, TimeUnit.SECONDS);
                assertThat(why.reason()).isEqualTo("the cluster removed this member");
                await(() -> !leader.isRunning());
                assertThat(other.failure()).isNotDone();
                assertThat(client.get("key")).isEqualTo("without it");
            }
        }
    }

    @Test
    void clusterGoesOnInTheDirectoriesItHad() {
        EmbeddedCluster.Builder builder = EmbeddedCluster.builder().members(3).dataDirectory(temp.resolve("cluster"));
        try (EmbeddedCluster first = builder.start();
                Client client = new Client(first.member(0))) {
            client.put("key", "value");
        }

        assertThatThrownBy(() -> EmbeddedCluster.builder()
                        .members(1)
                        .dataDirectory(temp.resolve("cluster"))
                        .start())
                .isInstanceOf(EmbedException.class)
                .hasMessageContaining("holds a cluster of 3 members");
        try (EmbeddedCluster again = builder.start();
                Client client = new Client(again.member(2))) {
            assertThat(client.get("key")).isEqualTo("value");
            assertThat(client.members()).hasSize(3);
        }
    }

    @Test
    void flagsOfTheClusterAreNotAMembersToGive() {
        EmbeddedCluster.Builder builder = EmbeddedCluster.builder().flags("--initial-cluster-state=existing");

        assertThatThrownBy(builder::start)
                .isInstanceOf(EmbedException.class)
                .hasMessage("--initial-cluster-state can't be given to an embedded member:"
                        + " the cluster sets it for each of its members");
    }

    private static EmbeddedMember other(EmbeddedCluster cluster, EmbeddedMember than) {
        List<EmbeddedMember> others =
                cluster.members().stream().filter(member -> member != than).toList();
        assertThat(others).hasSize(2);
        return others.getFirst();
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - deadline).as("waited").isNegative();
            Thread.sleep(20);
        }
    }
}
