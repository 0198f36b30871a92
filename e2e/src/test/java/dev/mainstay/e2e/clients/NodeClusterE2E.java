package dev.mainstay.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.e2e.cluster.TestCluster;
import dev.mainstay.e2e.faults.Network;
import dev.mainstay.e2e.faults.PlainNetwork;
import dev.mainstay.e2e.server.Program;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** npm's etcd3 with the endpoints of three members that are killed in turn. The script works and asserts. */
@Tag("clients")
@Tag("cluster")
class NodeClusterE2E {
    private static final String PROGRESS = "ACKNOWLEDGED ";
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @ParameterizedTest
    @MethodSource("dev.mainstay.e2e.server.Program#forClusters")
    void everythingGoesOnWhileMembersAreKilledInTurn(Program program, @TempDir Path dir) {
        try (Network network = new PlainNetwork(3);
                TestCluster cluster = TestCluster.start(program, dir, 3, network);
                ProgramRun run =
                        ProgramRun.of(ClientPrograms.node("cluster.js", String.join(",", cluster.endpoints())))) {
            run.awaitOut(out -> out.contains("READY\n"));

            new KillsInTurn(cluster, () -> acknowledged(run)).run();
            run.write("stop\n");
            ProgramRun.Result result = run.await(PATIENCE);

            assertThat(result.code()).as("%s", result).isZero();
            assertThat(result.out()).endsWith("PASS cluster\n");
        }
    }

    private static long acknowledged(ProgramRun run) {
        String out = run.awaitOut(soFar -> soFar.contains(PROGRESS));
        int last = out.lastIndexOf(PROGRESS, out.lastIndexOf('\n'));
        return Long.parseLong(
                out.substring(last + PROGRESS.length(), out.indexOf('\n', last)).strip());
    }
}
