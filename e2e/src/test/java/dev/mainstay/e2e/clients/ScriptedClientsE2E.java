package dev.mainstay.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * The flows of {@code e2e/clients}: npm's etcd3 on node, Debian's python3-etcd3. The scripts assert; here they get their
 * server, and have it killed and restarted when they ask for it. {@code e2e/bin/clients.sh} brings the clients.
 */
final class ScriptedClientsE2E extends OnBothServers {
    @Test
    void nodeFlowsPass() {
        runFlows(ClientPrograms.node("flows.js", "127.0.0.1:" + server().port()), 9);
    }

    @Test
    void pythonFlowsPass() {
        runFlows(ClientPrograms.python("flows.py", "127.0.0.1", Integer.toString(server().port())), 9);
    }

    private void runFlows(ProcessBuilder client, int flows) {
        try (ProgramRun run = ProgramRun.of(client)) {
            run.awaitOut(out -> out.contains("RESTART\n"));
            server().kill9();
            server().start();
            run.write("go on\n");
            ProgramRun.Result result = run.await(Duration.ofMinutes(1));

            assertThat(result.code()).as("%s", result).isZero();
            assertThat(result.out().lines().filter(line -> line.startsWith("PASS ")))
                    .hasSize(flows);
        }
    }
}
