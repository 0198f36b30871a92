package dev.mainstay.e2e.server;

import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.etcd.proto.StatusRequest;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One server as a process of its own, in a place that it keeps over restarts: alone on two free loopback ports, or a member
 * of a cluster.
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
    private final Place place;
    private final List<String> flags;
    /** A test run that is interrupted takes its servers with it. */
    private final Thread onInterruption = new Thread(this::killIfRunning, "kill-test-server");

    private volatile boolean onSpareTime;
    private volatile @Nullable Process process;

    private TestServer(Path program, Path dir, Place place, List<String> flags) {
        this.program = program;
        this.dir = dir;
        this.place = place;
        this.flags = List.copyOf(flags);
        Runtime.getRuntime().addShutdownHook(onInterruption);
    }

    /** A real etcd, ready to serve. */
    public static TestServer etcd(Path dir, String... flags) {
        return alone(Binaries.etcd(), dir, flags).start();
    }

    /** A Mainstay node, ready to serve. */
    public static TestServer mainstay(Path dir, String... flags) {
        return stoppedMainstay(dir, flags).start();
    }

    /** A Mainstay node that isn't started yet, for {@link #launch} where it may be meant to fail. */
    public static TestServer stoppedMainstay(Path dir, String... flags) {
        return alone(Binaries.mainstay(), dir, flags);
    }

    /**
     * A member of a cluster, not started yet.
     *
     * @param flags which say, too, what the cluster is ({@code --initial-cluster})
     */
    public static TestServer stopped(Program program, Path dir, Place place, List<String> flags) {
        return new TestServer(program.path(), dir, place, flags);
    }

    private static TestServer alone(Path program, Path dir, String... flags) {
        Place place = Place.onLoopback("default");
        List<String> all = new ArrayList<>(List.of("--initial-cluster=default=" + place.peerUrl()));
        all.addAll(List.of(flags));
        return new TestServer(program, dir, place, all);
    }

    /** Where clients connect, as a URL. */
    public String endpoint() {
        return place.clientUrl();
    }

    /** The port of {@link #endpoint}. */
    public int port() {
        return URI.create(endpoint()).getPort();
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

    /** Gives the process, from its next start on, only the processor time that nobody else wants. */
    public void takeOnlySpareTime() {
        onSpareTime = true;
    }

    /** Starts the process and returns at once. */
    public void launch() {
        if (isRunning()) {
            throw new IllegalStateException("already running as " + pid());
        }
        List<String> command = new ArrayList<>(place.commandPrefix());
        if (onSpareTime) {
            // A process that is only nice still finishes its slices while others wait.
            command.addAll(List.of("chrt", "--idle", "0"));
        }
        command.addAll(List.of(
                program.toString(),
                "--name=" + place.name(),
                "--data-dir=" + dataDir(),
                "--listen-client-urls=" + place.clientUrl(),
                "--advertise-client-urls=" + place.clientUrl(),
                "--listen-peer-urls=" + place.peerUrl(),
                "--initial-advertise-peer-urls=" + place.advertisedPeerUrl(),
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

    /** Waits until the launched process answers and knows a leader. */
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
                sleepBriefly();
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

    /**
     * What {@code /metrics} says of a name, with its labels if it has any.
     *
     * @throws IllegalStateException if it says nothing of it
     */
    public double metric(String name) {
        try (InputStream text = URI.create(endpoint() + "/metrics").toURL().openStream()) {
            return new String(text.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith(name + " "))
                    .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no metric " + name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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

    /** SIGSTOP: it no longer runs, but its connections stay open. */
    public void pause() {
        signal("STOP");
    }

    /** SIGCONT: it goes on where it was paused. */
    public void resume() {
        signal("CONT");
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

    private void signal(String name) {
        try {
            int code = new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new IllegalStateException("cannot send SIG" + name + " to " + pid());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private Process running() {
        Process current = process;
        if (current == null) {
            throw new IllegalStateException("never started");
        }
        return current;
    }

    /** The last few lines of {@link #log}. */
    public String logTail() {
        String log = log();
        return log.substring(Math.max(0, log.length() - LOG_TAIL_CHARS));
    }

    private static void sleepBriefly() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
