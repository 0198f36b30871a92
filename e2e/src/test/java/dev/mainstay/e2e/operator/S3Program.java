package dev.mainstay.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * An S3 server on this machine, a process of its own, that pods reach at the address by which this machine reaches the API server, or at
 * E2E_HOST_ADDRESS. Its objects are files below a directory.
 */
final class S3Program implements AutoCloseable {
    static final String BUCKET = "backups";

    private static final int ANY_PORT = 9;
    private static final int REACH_MILLIS = 1_000;

    private final Process process;
    private final String host;
    private final int port;
    private final Path log;

    private S3Program(Process process, String host, int port, Path log) {
        this.process = process;
        this.host = host;
        this.port = port;
        this.log = log;
    }

    /** Starts it, and waits until it answers; leaves the scenario out if pods couldn't reach this machine. */
    static S3Program start(Path directory) {
        String host = address();
        Assumptions.assumeTrue(
                !host.isEmpty(), "left out: pods can't reach this machine, or E2E_HOST_ADDRESS doesn't say where");
        Path jar = Path.of(System.getProperty("e2e.home", "."), "target", "peers", "s3mock.jar");
        assertThat(jar).as("the build brings it").isRegularFile();
        try {
            int port = freePort();
            int tlsPort = freePort();
            Path log = directory.resolve("s3.log");
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx384m",
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-Djava.io.tmpdir=" + Files.createDirectory(directory.resolve("scratch")),
                            "-jar",
                            jar.toString(),
                            "--spring.main.lazy-initialization=true",
                            "--server.port=" + tlsPort,
                            "--http.port=" + port,
                            "--com.adobe.testing.s3mock.httpPort=" + port,
                            "--com.adobe.testing.s3mock.store.initialBuckets=" + BUCKET,
                            "--com.adobe.testing.s3mock.store.root=" + Files.createDirectory(directory.resolve("s3")))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            S3Program program = new S3Program(process, host, port, log);
            Await.until("S3 server", program::answers, program::log);
            return program;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where pods reach it. */
    String url() {
        return "http://" + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }

    private boolean answers() {
        assertThat(process.isAlive()).as(this::log).isTrue();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), REACH_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** This machine as pods reach it; empty if they can't, or it isn't known. */
    static String address() {
        String told = Objects.requireNonNullElse(System.getenv("E2E_HOST_ADDRESS"), "");
        if (!told.isBlank()) {
            return told;
        }
        String server =
                Kubectl.in("default").out("config", "view", "--minify", "-o", "jsonpath={.clusters[0].cluster.server}");
        // Nothing is sent: the system only says which of its addresses it would be sent from.
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(InetAddress.getByName(URI.create(server).getHost()), ANY_PORT);
            InetAddress own = socket.getLocalAddress();
            return own.isLoopbackAddress() || own.isAnyLocalAddress() ? "" : own.getHostAddress();
        } catch (SocketException | UnknownHostException e) {
            return "";
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
