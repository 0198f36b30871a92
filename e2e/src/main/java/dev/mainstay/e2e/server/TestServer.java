package dev.mainstay.e2e.server;

import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.etcd.proto.StatusRequest;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One server of one member as a process of its own, on two free loopback ports that it keeps over restarts.
 *
 * <p>The folder given holds everything it writes: {@code data} (its data directory) and {@code server.log} (standard
 * output and error of all its runs). Extra flags come after ours, so they win; they are the same for both products.
 *
 * <pre>{@code
 * try (TestServer server = TestServer.mainstay(dir, "--max-txn-ops=4");
 *         EtcdClient client = new EtcdClient(server.endpoint())) {
 *     client.kv().put(...);
 *     server.kill9();
 *     server.start();
 * }
 * }</pre>
 *
 * <p>One thread at a time.
 */
public final class TestServer implements AutoCloseable {
    private static final Duration READY_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);
    private static final int LOG_TAIL_CHARS = 4_000;

    private final Path program;
    private final Path dir;
    private final List<String> flags;
    private final int clientPort = FreePorts.next();
    private final int peerPort = FreePorts.next();
    /** A test run that is interrupted takes its servers with it. */
    private final Thread onInterruption = new Thread(this::killIfRunning, "kill-test-server");

    private volatile @Nullable Process process;

    private TestServer(Path program, Path dir, List<String> flags) {
        this.program = program;
        this.dir = dir;
        this.flags = List.copyOf(flags);
        Runtime.getRuntime().addShutdownHook(onInterruption);
    }

    /** A real etcd, ready to serve. */
    public static TestServer etcd(Path dir, String... flags) {
        return new TestServer(Binaries.etcd(), dir, List.of(flags)).start();
    }

    /** A Mainstay node, ready to serve. */
    public static TestServer mainstay(Path dir, String... flags) {
        return stoppedMainstay(dir, flags).start();
    }

    /** A Mainstay node that isn't started yet, for {@link #launch} where it may be meant to fail. */
    public static TestServer stoppedMainstay(Path dir, String... flags) {
        return new TestServer(Binaries.mainstay(), dir, List.of(flags));
    }

    /** Where clients connect, as a URL. */
    public String endpoint() {
        return "http://127.0.0.1:" + clientPort;
    }

    /** The port of {@link #endpoint}. */
    public int port() {
        return clientPort;
    }

    /** The data directory. */
    public Path dataDir() {
        return dir.resolve("data");
    }

    /** Standard output and error of all runs so far. */
    public Path logFile() {
        return dir.resolve("server.log");
    }

    /** Everything logged so far. */
    public String log() {
        try {
            return Files.exists(logFile()) ? new String(Files.readAllBytes(logFile()), StandardCharsets.UTF_8) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts the process and returns once it answers with a leader. Also after {@link #kill9} and {@link #stop}. */
    public TestServer start() {
        launch();
        awaitReady();
        return this;
    }

    /** Starts the process and returns at once. */
    public void launch() {
        if (isRunning()) {
            throw new IllegalStateException("already running as " + pid());
        }
        String client = endpoint();
        String peer = "http://127.0.0.1:" + peerPort;
        List<String> command = new ArrayList<>(List.of(
                program.toString(),
                "--name=default",
                "--data-dir=" + dataDir(),
                "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=default=" + peer,
                "--log-outputs=stderr"));
        command.addAll(flags);
        try {
            Files.createDirectories(dir);
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile().toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + program, e);
        }
    }

    /** Waits until the launched process leads and answers. */
    public void awaitReady() {
        long deadline = System.nanoTime() + READY_TIMEOUT.toNanos();
        try (EtcdClient client = new EtcdClient(endpoint())) {
            while (true) {
                if (!isRunning()) {
                    throw new IllegalStateException(program.getFileName() + " stopped while starting:\n" + logTail());
                }
                try {
                    boolean leads = client.maintenance()
                                    .withWaitForReady()
                                    .withDeadlineAfter(200, TimeUnit.MILLISECONDS)
                                    .status(StatusRequest.getDefaultInstance())
                                    .getLeader()
                            != 0;
                    if (leads) {
                        return;
                    }
                } catch (StatusRuntimeException notYet) {
                    // Not listening yet; the next turn asks again.
                }
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException(
                            program.getFileName() + " is not ready after " + READY_TIMEOUT + ":\n" + logTail());
                }
                pause();
            }
        }
    }

    /** Whether the process is alive. */
    public boolean isRunning() {
        Process current = process;
        return current != null && current.isAlive();
    }

    /** The process id of the server itself (the launcher is replaced by it). */
    public long pid() {
        return running().pid();
    }

    /** Memory and CPU used by the running process. */
    public ProcessUsage usage() {
        return ProcessUsage.of(pid());
    }

    /** SIGKILL: what a power cut or the kernel's memory killer looks like to the process. Returns when it is gone. */
    public void kill9() {
        running().destroyForcibly();
        awaitExit(STOP_TIMEOUT);
    }

    /** SIGTERM; returns the exit code once the process has ended. */
    public int stop() {
        running().destroy();
        return awaitExit(STOP_TIMEOUT);
    }

    /** {@link #stop} and {@link #start}. */
    public void restart() {
        stop();
        start();
    }

    /** Waits for the process to end by itself; returns its exit code. */
    public int awaitExit(Duration timeout) {
        Process ending = running();
        try {
            if (!ending.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException(
                        program.getFileName() + " still runs after " + timeout + ":\n" + logTail());
            }
            return ending.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Kills what still runs. The files stay. */
    @Override
    public void close() {
        if (isRunning()) {
            kill9();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(onInterruption);
        } catch (IllegalStateException shuttingDown) {
            // Then it has nothing left to kill.
        }
    }

    private void killIfRunning() {
        Process current = process;
        if (current != null) {
            current.destroyForcibly();
        }
    }

    private Process running() {
        Process current = process;
        if (current == null) {
            throw new IllegalStateException("never started");
        }
        return current;
    }

    private String logTail() {
        String log = log();
        return log.substring(Math.max(0, log.length() - LOG_TAIL_CHARS));
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
