package dev.mainstay.e2e.bench;

import dev.mainstay.e2e.server.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** One running server under load. */
final class Subject implements AutoCloseable {

    private final TestServer server;
    private final Path dir;

    private Subject(TestServer server, Path dir) {
        this.server = server;
        this.dir = dir;
    }

    static Subject start(Kind kind, Path dir) {
        return new Subject(kind.start(dir), dir);
    }

    RawCalls connect(int connections) {
        return new RawCalls("127.0.0.1", server.port(), connections);
    }

    double cpuSeconds() {
        return server.usage().cpuSeconds();
    }

    /** The most memory the process ever had resident, in MiB. */
    double peakResidentMiB() {
        return server.usage().peakResidentBytes() / 1048576.0;
    }

    /** Memory resident now, in MiB. */
    double residentMiB() {
        return server.usage().residentBytes() / 1048576.0;
    }

    double diskMiB() throws IOException {
        try (Stream<Path> files = Files.walk(dir)) {
            return files.filter(Files::isRegularFile).mapToLong(Subject::size).sum() / 1048576.0;
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException vanished) {
            return 0;
        }
    }

    /** Stops the process and starts it on the same data; answers the seconds until it served again. */
    double restartSeconds() {
        server.stop();
        long from = System.nanoTime();
        server.start();
        return (System.nanoTime() - from) / 1e9;
    }

    @Override
    public void close() {
        server.close();
    }

    /** The two contestants. */
    enum Kind {
        ETCD("etcd"),
        MAINSTAY("Mainstay");

        private final String title;

        Kind(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }

        private TestServer start(Path dir) {
            // Both get the same room, so that the million-key case fits etcd's quota.
            return switch (this) {
                case ETCD -> TestServer.etcd(dir, "--quota-backend-bytes=8589934592");
                case MAINSTAY -> TestServer.mainstay(dir, "--quota-backend-bytes=8589934592");
            };
        }
    }
}
