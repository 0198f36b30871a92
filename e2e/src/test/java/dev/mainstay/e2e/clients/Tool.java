package dev.mainstay.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.e2e.server.Binaries;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The programs that work with snapshots beside a server: etcd's, and ours in its place. */
enum Tool {
    ETCDUTL(Binaries.etcdutl()),
    MAINSTAY(Binaries.mainstay());

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path program;

    Tool(Path program) {
        this.program = program;
    }

    /** Runs a command to its end. */
    ProgramRun.Result run(String... arguments) {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(Arrays.asList(arguments));
        try (ProgramRun run = ProgramRun.of(new ProcessBuilder(command))) {
            return run.await(PATIENCE);
        }
    }

    /** Runs a command that must succeed; what it printed. */
    String out(String... arguments) {
        ProgramRun.Result result = run(arguments);
        assertThat(result.code()).as("%s", result).isZero();
        return result.out();
    }
}
