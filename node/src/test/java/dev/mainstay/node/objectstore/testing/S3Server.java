package dev.mainstay.node.objectstore.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** S3Mock in a process of its own; the build brings its jar. */
public final class S3Server implements AutoCloseable {

    /** The one that is there. */
    public static final String BUCKET = "backups";

    private static final Duration START_LIMIT = Duration.ofSeconds(90);

    private final Process process;
    private final int port;
    private final int tlsPort;

    private S3Server(Process process, int port, int tlsPort) {
        this.process = process;
        this.port = port;
        this.tlsPort = tlsPort;
    }

    /** Starts it and waits until it answers; its data and its log go below this directory. */
    public static S3Server start(Path directory) throws IOException, InterruptedException {
        Path jar = Path.of("target/peers/s3mock.jar");
        if (!Files.isRegularFile(jar)) {
            throw new IllegalStateException(jar + " is missing; the build brings it in process-test-classes");
        }
        int port = freePort();
        int tlsPort = freePort();
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx384m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Djava.io.tmpdir=" + Files.createDirectory(directory.resolve("s3-scratch")),
                "-jar",
                jar.toString(),
                "--spring.main.lazy-initialization=true",
                "--server.port=" + tlsPort,
                "--http.port=" + port,
                "--com.adobe.testing.s3mock.httpPort=" + port,
                "--com.adobe.testing.s3mock.store.initialBuckets=" + BUCKET,
                "--com.adobe.testing.s3mock.store.root=" + Files.createDirectory(directory.resolve("s3")));
        builder.redirectErrorStream(true)
                .redirectOutput(directory.resolve("s3.log").toFile());
        S3Server server = new S3Server(builder.start(), port, tlsPort);
        server.awaitAnswer(directory.resolve("s3.log"));
        return server;
    }

    /** Where it listens on the loopback address. */
    public int port() {
        return port;
    }

    /** Where it listens with TLS. */
    public int tlsPort() {
        return tlsPort;
    }

    /** Its certificate, which it signed itself, as PEM. */
    public String certificate() throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        List<X509Certificate> seen = new ArrayList<>();
        context.init(null, new TrustManager[] {new Witness(seen)}, null);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("localhost", tlsPort)) {
            socket.startHandshake();
        }
        return "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder().encodeToString(seen.getFirst().getEncoded())
                + "\n-----END CERTIFICATE-----\n";
    }

    /** Notes what it's shown. */
    private record Witness(List<X509Certificate> seen) implements X509TrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
            throw new UnsupportedOperationException("there are no clients");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            seen.add(chain[0]);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private void awaitAnswer(Path log) throws IOException, InterruptedException {
        long end = System.nanoTime() + START_LIMIT.toNanos();
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            while (true) {
                try {
                    client.send(request, HttpResponse.BodyHandlers.discarding());
                    return;
                } catch (IOException e) {
                    if (!process.isAlive() || System.nanoTime() > end) {
                        close();
                        throw new IOException("S3Mock didn't start: " + Files.readString(log), e);
                    }
                    process.waitFor(50, TimeUnit.MILLISECONDS);
                }
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
