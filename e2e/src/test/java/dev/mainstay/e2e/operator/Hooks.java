package dev.mainstay.e2e.operator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Assumptions;

/**
 * What a scenario can't do by kubectl: commands of the shell, in variables of the environment. Scenarios whose command isn't given are left
 * out, and say so.
 */
enum Hooks {
    /** Kills the node {@code $NODE} with all that runs there. */
    NODE_DOWN("E2E_NODE_DOWN"),
    /** Shuts the node {@code $NODE} down in order: what runs there is told to stop, and has its time for it. */
    NODE_SHUTDOWN("E2E_NODE_SHUTDOWN"),
    /** Brings the node {@code $NODE} back with its disk. */
    NODE_UP("E2E_NODE_UP"),
    /** Prints the API server's audit log so far, a JSON object per line. */
    AUDIT_LOG("E2E_AUDIT_LOG");

    private final String variable;

    Hooks(String variable) {
        this.variable = variable;
    }

    /** Leaves the scenario out where there's no such command. */
    void needed() {
        Assumptions.assumeTrue(present(), "left out: " + variable + " names no command");
    }

    /** Whether there is such a command. */
    boolean present() {
        return !Objects.requireNonNullElse(System.getenv(variable), "").isBlank();
    }

    /** Runs it for a node; what it printed. */
    String run(String node) {
        try {
            ProcessBuilder builder = new ProcessBuilder("sh", "-c", System.getenv(variable)).redirectErrorStream(true);
            builder.environment().put("NODE", node);
            Process process = builder.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError(variable + " failed: " + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
