package dev.mainstay.e2e.bench;

import com.google.protobuf.ByteString;
import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.e2e.cluster.TestCluster;
import dev.mainstay.e2e.faults.Network;
import dev.mainstay.e2e.faults.PlainNetwork;
import dev.mainstay.e2e.server.Program;
import dev.mainstay.etcd.proto.HashKVRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Three members with many keys, on which writes go on all the time while one of them has to be given the whole state by
 * another. Each way of coming to that is tried once; then all members must have the same data. One thread.
 */
final class Rejoin implements AutoCloseable {
    private static final int MEMBERS = 3;
    private static final int LOADERS = 200;
    private static final String PREFIX = "/rejoin/";
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final Duration CHANGE_PATIENCE = Duration.ofMinutes(1);
    private static final long CALL_SECONDS = 120;
    private static final long READ_MILLIS = 2_000;
    private static final String RECEIVED = "etcd_network_snapshot_receive_success";

    private final Plan plan;
    private final Network network = new PlainNetwork(MEMBERS);
    private final TestCluster cluster;
    private final Payloads payloads;

    /**
     * What there is to do.
     *
     * @param keys how many are loaded first
     * @param valueBytes of each
     * @param outrunBytes of values that are written while a member is down, so that the log it needs is dropped
     * @param writesPerSecond which go on all the time
     * @param calmSeconds for which they are measured with all members up, for comparison
     */
    record Plan(
            Program program,
            long keys,
            int valueBytes,
            long outrunBytes,
            int writesPerSecond,
            int calmSeconds,
            List<String> flags) {
        Plan {
            flags = List.copyOf(flags);
        }
    }

    /** How a member comes to need the whole state. */
    enum Way {
        /** Its disk was lost: it is removed, and another one added in its place. */
        WIPED("wiped, removed and added"),
        /** It was down until the log it needs was gone. */
        OUTRUN("down for too long");

        private final String title;

        Way(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }
    }

    /**
     * What came of it.
     *
     * @param seconds from the member's start to its first linearizable answer
     * @param senderPeakBytes most memory of the leader meanwhile
     * @param receiverPeakBytes most memory of the member meanwhile
     * @param calm latencies of the writes before, with all members up
     * @param during latencies of the writes meanwhile
     * @param failed writes that weren't acknowledged, all in all
     * @param received how many snapshots the member says it has received
     */
    record Result(
            Way way,
            double seconds,
            long senderPeakBytes,
            long receiverPeakBytes,
            Histogram calm,
            Histogram during,
            long failed,
            double received) {}

    private Rejoin(Plan plan, Path dir) {
        this.plan = plan;
        this.payloads = new Payloads(plan.valueBytes());
        List<String> flags = new ArrayList<>(plan.flags());
        flags.add("--quota-backend-bytes=8589934592");
        this.cluster = TestCluster.start(plan.program(), dir, MEMBERS, network, flags.toArray(String[]::new));
    }

    /** Starts the members and loads the keys. */
    static Rejoin begin(Plan plan, Path dir) throws InterruptedException {
        Rejoin rejoin = new Rejoin(plan, dir);
        try {
            rejoin.write(plan.keys(), rejoin.cluster.endpoints());
            return rejoin;
        } catch (RuntimeException | InterruptedException e) {
            rejoin.close();
            throw e;
        }
    }

    /** Has a member that doesn't lead lose what it has, or the others go on without it, and measures its way back. */
    Result bringBack(Way way) throws InterruptedException {
        int leader = cluster.awaitLeader();
        int member = (leader + 1) % MEMBERS;
        List<String> others = new ArrayList<>(cluster.endpoints());
        others.remove(member);
        try (PacedWrites writes = new PacedWrites(others, payloads, PREFIX, plan.keys(), plan.writesPerSecond())) {
            var _ = writes.latencies();
            TimeUnit.SECONDS.sleep(plan.calmSeconds());
            Histogram calm = writes.latencies();
            cluster.member(member).kill9();
            prepare(way, member, others);
            int sender = cluster.awaitLeader();
            var _ = writes.latencies();
            try (MemoryPeak senderPeak = new MemoryPeak(cluster.member(sender))) {
                long from = System.nanoTime();
                restart(way, member);
                try (MemoryPeak receiverPeak = new MemoryPeak(cluster.member(member))) {
                    awaitRead(member);
                    double seconds = (System.nanoTime() - from) / 1e9;
                    Histogram during = writes.latencies();
                    requireEqualHashes();
                    return new Result(
                            way,
                            seconds,
                            senderPeak.bytes(),
                            receiverPeak.bytes(),
                            calm,
                            during,
                            writes.failed(),
                            received(member));
                }
            }
        }
    }

    private void prepare(Way way, int member, List<String> others) throws InterruptedException {
        switch (way) {
            case WIPED -> {
                cluster.wipe(member);
                if (!cluster.remove(member, CHANGE_PATIENCE)) {
                    throw new IllegalStateException("the wiped member could not be removed\n" + cluster.logTails());
                }
            }
            case OUTRUN -> write(plan.outrunBytes() / plan.valueBytes(), others);
        }
    }

    private void restart(Way way, int member) {
        switch (way) {
            case WIPED -> {
                if (!cluster.add(member, CHANGE_PATIENCE)) {
                    throw new IllegalStateException("no member could be added\n" + cluster.logTails());
                }
            }
            case OUTRUN -> cluster.launch(member);
        }
    }

    /** So many puts as fast as it goes, over all keys in turn. */
    private void write(long count, List<String> endpoints) throws InterruptedException {
        try (RawCalls calls = new RawCalls(endpoints, LOADERS / 10)) {
            Measurement written = new ClosedLoop(calls, () -> 0)
                    .forOperations(
                            Cases.PUT, LOADERS, count, (client, number) -> payloads.put(PREFIX, number % plan.keys()));
            if (written.failures() > 0) {
                throw new IllegalStateException(
                        written.failures() + " of " + count + " puts failed\n" + cluster.logTails());
            }
        }
    }

    /** Returns once the member answers a linearizable read: then it has all that was acknowledged before. */
    private void awaitRead(int member) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        EtcdClient client = cluster.client(member);
        while (true) {
            if (!cluster.member(member).isRunning()) {
                throw new IllegalStateException("the member ended\n" + cluster.logTails());
            }
            try {
                long _ = revision(client, READ_MILLIS);
                return;
            } catch (StatusRuntimeException notYet) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException(
                            "not caught up after " + PATIENCE + "\n" + cluster.logTails(), notYet);
                }
                client.channel().resetConnectBackoff();
                Thread.sleep(20);
            }
        }
    }

    /** At a revision all members have, while writes go on. */
    private void requireEqualHashes() {
        long revision = revision(cluster.client(0), TimeUnit.SECONDS.toMillis(CALL_SECONDS));
        List<Integer> hashes = new ArrayList<>();
        for (int i = 0; i < MEMBERS; i++) {
            // Each has what was there when the revision was asked for.
            long _ = revision(cluster.client(i), TimeUnit.SECONDS.toMillis(CALL_SECONDS));
            hashes.add(cluster.client(i)
                    .maintenance()
                    .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                    .hashKV(HashKVRequest.newBuilder().setRevision(revision).build())
                    .getHash());
        }
        if (hashes.stream().distinct().count() != 1) {
            throw new AssertionError("hashes at revision " + revision + " differ: " + hashes);
        }
    }

    private static long revision(EtcdClient client, long millis) {
        RangeRequest read = RangeRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(PREFIX))
                .build();
        return client.kv()
                .withDeadlineAfter(millis, TimeUnit.MILLISECONDS)
                .range(read)
                .getHeader()
                .getRevision();
    }

    private double received(int member) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(cluster.endpoints().get(member) + "/metrics"))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request, HttpResponse.BodyHandlers.ofString())
                    .body()
                    .lines()
                    .filter(line -> line.startsWith(RECEIVED))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        cluster.close();
        network.close();
    }
}
