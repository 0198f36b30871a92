package dev.mainstay.e2e.bench;

import dev.mainstay.e2e.cluster.TestCluster;
import dev.mainstay.e2e.faults.Network;
import dev.mainstay.e2e.faults.PlainNetwork;
import dev.mainstay.e2e.server.ProcessUsage;
import dev.mainstay.e2e.server.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One running server under load, or the members of a cluster; then figures are sums over all members. */
final class Subject implements AutoCloseable {

    /** Both products get the same room, so that the million-key case fits etcd's quota. */
    private static final String QUOTA = "--quota-backend-bytes=8589934592";

    private final Network network;
    private final TestCluster cluster;
    private final Path dir;

    private Subject(Network network, TestCluster cluster, Path dir) {
        this.network = network;
        this.cluster = cluster;
        this.dir = dir;
    }

    static Subject start(Program program, Path dir, int members) {
        Network network = new PlainNetwork(members);
        return new Subject(network, TestCluster.start(program, dir, members, network, QUOTA), dir);
    }

    /** So many connections, spread evenly over the members, at least one to each. */
    RawCalls connect(int connections) {
        return new RawCalls(cluster.endpoints(), Math.max(cluster.size(), connections));
    }

    /** So many connections to the member that leads now. */
    RawCalls connectToLeader(int connections) {
        return new RawCalls(List.of(cluster.endpoints().get(cluster.awaitLeader())), connections);
    }

    double cpuSeconds() {
        return sum(ProcessUsage::cpuSeconds);
    }

    /** The most memory the processes ever had resident, in MiB. */
    double peakResidentMiB() {
        return sum(ProcessUsage::peakResidentBytes) / 1048576.0;
    }

    /** Memory resident now, in MiB. */
    double residentMiB() {
        return sum(ProcessUsage::residentBytes) / 1048576.0;
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

    /** Stops the first member's process and starts it on the same data; answers the seconds until it served again. */
    double restartSeconds() {
        cluster.member(0).stop();
        long from = System.nanoTime();
        cluster.start(0);
        return (System.nanoTime() - from) / 1e9;
    }

    private double sum(ToDoubleFunction<ProcessUsage> figure) {
        return IntStream.range(0, cluster.size())
                .mapToDouble(
                        member -> figure.applyAsDouble(cluster.member(member).usage()))
                .sum();
    }

    @Override
    public void close() {
        cluster.close();
        network.close();
    }
}
