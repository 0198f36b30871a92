package dev.mainstay.e2e.operator;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs kubectl, as users do. KUBECTL names another program. Any thread. */
final class Kubectl {
    private static final long LIMIT_SECONDS = 120;

    private final List<String> prefix;

    private Kubectl(List<String> prefix) {
        this.prefix = prefix;
    }

    /** In this namespace. */
    static Kubectl in(String namespace) {
        return new Kubectl(List.of(program(), "--namespace=" + namespace));
    }

    static String program() {
        return Objects.requireNonNullElse(System.getenv("KUBECTL"), "kubectl");
    }

    /**
     * How it went.
     *
     * @param code exit code
     * @param out standard output
     * @param err standard error
     */
    record Result(int code, String out, String err) {}

    /** Standard output without surrounding space; throws with all that it said if it fails. */
    String out(String... arguments) {
        Result result = run(new byte[0], arguments);
        if (result.code() != 0) {
            throw new AssertionError(command(arguments) + ": " + result);
        }
        return result.out().strip();
    }

    /** Applies this YAML; throws if it is refused. */
    void apply(String yaml) {
        Result result = tryApply(yaml);
        if (result.code() != 0) {
            throw new AssertionError(result.err() + "\n" + yaml);
        }
    }

    /** Applies this YAML, whatever comes of it. */
    Result tryApply(String yaml) {
        return run(yaml.getBytes(StandardCharsets.UTF_8), "apply", "-f", "-");
    }

    /** A JSON path of an object; empty if either isn't there. */
    String get(String object, String path) {
        return run(new byte[0], "get", object, "--ignore-not-found", "-o", "jsonpath=" + path)
                .out()
                .strip();
    }

    /** The same, of all objects of a kind with a label. */
    List<String> list(String kind, String label, String path) {
        String lines = out("get", kind, "-l", label, "-o", "jsonpath={range .items[*]}" + path + "{\"\\n\"}{end}");
        return lines.isEmpty() ? List.of() : List.of(lines.split("\n", -1));
    }

    /** Runs it to its end. */
    Result run(byte[] input, String... arguments) {
        return execute(input, command(arguments).toArray(String[]::new));
    }

    /** Runs any program to its end. */
    static Result execute(byte[] input, String... command) {
        try {
            Process process = new ProcessBuilder(command).start();
            CompletableFuture<String> out = read(process, true);
            CompletableFuture<String> err = read(process, false);
            try (OutputStream in = process.getOutputStream()) {
                in.write(input);
            } catch (IOException closed) {
                // It ended early; its exit code says so.
            }
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(List.of(command) + " took more than " + LIMIT_SECONDS + " s");
            }
            return new Result(process.exitValue(), out.join(), err.join());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(arguments));
        return command;
    }

    private static CompletableFuture<String> read(Process process, boolean out) {
        CompletableFuture<String> text = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try (var stream = out ? process.getInputStream() : process.getErrorStream()) {
                text.complete(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException e) {
                text.completeExceptionally(e);
            }
        });
        return text;
    }
}
