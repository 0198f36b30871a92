package dev.mainstay.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.e2e.server.Binaries;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Debian's own etcdctl, run as people run it: arguments and standard input in, output, errors and exit code out. */
final class Etcdctl {
    private static final Path PROGRAM = Binaries.etcdctl();

    private final String endpoint;

    /** Every command gets {@code --endpoints} with this. */
    Etcdctl(String endpoint) {
        this.endpoint = endpoint;
    }

    /** Runs a command to its end, with nothing on standard input. */
    ProgramRun.Result run(String... arguments) {
        return runWithInput("", arguments);
    }

    /** Runs a command to its end with this on standard input. */
    ProgramRun.Result runWithInput(String input, String... arguments) {
        try (ProgramRun run = start(arguments)) {
            run.write(input);
            run.endInput();
            return run.await();
        }
    }

    /** Runs a command that must succeed; what it printed. */
    String out(String... arguments) {
        ProgramRun.Result result = run(arguments);
        assertThat(result.code()).as("%s", result).isZero();
        return result.out();
    }

    /** Starts a command that goes on until it is stopped. */
    ProgramRun start(String... arguments) {
        List<String> command = new ArrayList<>(List.of(PROGRAM.toString(), "--endpoints=" + endpoint));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("ETCDCTL_"));
        return ProgramRun.of(builder);
    }
}
