package dev.mainstay.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.e2e.server.Binaries;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The flows of {@code e2e/clients}: npm's etcd3 on node, Debian's python3-etcd3. The scripts assert; here they get their
 * server, and have it killed and restarted when they ask for it. {@code e2e/bin/clients.sh} brings the clients.
 */
final class ScriptedClientsE2E extends OnBothServers {
    @Test
    void nodeFlowsPass() {
        ProcessBuilder node = new ProcessBuilder(
                "node", Binaries.e2eHome().resolve("clients/node/flows.js").toString(), "127.0.0.1:" + server().port());
        node.environment().put("NODE_PATH", cache().resolve("node/node_modules").toString());

        runFlows(node, 9);
    }

    @Test
    void pythonFlowsPass() {
        Path root = cache().resolve("python/root");
        // Debian's own interpreter: another python3 first on the path does not see Debian's packages.
        ProcessBuilder python = new ProcessBuilder(
                "/usr/bin/python3",
                "-B",
                Binaries.e2eHome().resolve("clients/python/flows.py").toString(),
                "127.0.0.1",
                Integer.toString(server().port()));
        python.environment()
                .put("PYTHONPATH", root.resolve("usr/lib/python3/dist-packages").toString());
        python.environment().put("LD_LIBRARY_PATH", libraries(root.resolve("usr/lib")));

        runFlows(python, 9);
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

    private static String libraries(Path lib) {
        if (!Files.isDirectory(lib)) {
            return "";
        }
        try (Stream<Path> folders = Files.list(lib)) {
            return folders.filter(folder -> folder.getFileName().toString().endsWith("-linux-gnu"))
                    .map(Path::toString)
                    .collect(Collectors.joining(File.pathSeparator));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path cache() {
        String base = System.getenv("XDG_CACHE_HOME");
        Path root = base == null || base.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(base);
        return root.resolve("mainstay/clients");
    }
}
