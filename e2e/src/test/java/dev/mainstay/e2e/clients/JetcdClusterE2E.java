package dev.mainstay.e2e.clients;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.e2e.cluster.TestCluster;
import dev.mainstay.e2e.faults.Network;
import dev.mainstay.e2e.faults.PlainNetwork;
import dev.mainstay.e2e.history.HistoryReader;
import dev.mainstay.e2e.server.Program;
import dev.mainstay.etcd.proto.LeaseTimeToLiveRequest;
import dev.mainstay.etcd.proto.LeaseTimeToLiveResponse;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RangeResponse;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.lease.LeaseKeepAliveResponse;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.support.CloseableClient;
import io.etcd.jetcd.watch.WatchResponse;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * jetcd with the endpoints of three members that are killed in turn: nothing acknowledged is lost, one watch sees every event
 * once and in order, and a lease that is kept alive doesn't end.
 */
@Tag("clients")
@Tag("cluster")
class JetcdClusterE2E {
    private static final String PREFIX = "jetcd/cluster/";
    private static final String ALIVE = "jetcd/alive";
    private static final int WORKERS = 3;
    private static final long TTL_SECONDS = 15;
    private static final long PATIENCE_SECONDS = 60;

    @ParameterizedTest
    @MethodSource("dev.mainstay.e2e.server.Program#forClusters")
    void everythingGoesOnWhileMembersAreKilledInTurn(Program program, @TempDir Path dir) throws Exception {
        try (Network network = new PlainNetwork(3);
                TestCluster cluster = TestCluster.start(program, dir, 3, network);
                Client jetcd = Client.builder()
                        .endpoints(cluster.endpoints().toArray(String[]::new))
                        .retryMaxDuration(Duration.ofSeconds(PATIENCE_SECONDS))
                        .build();
                ExecutorService threads = Executors.newFixedThreadPool(WORKERS)) {
            long began = System.nanoTime();
            long lease = jetcd.getLeaseClient()
                    .grant(TTL_SECONDS)
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .getID();
            long first = jetcd.getKVClient()
                            .put(
                                    bytes(ALIVE),
                                    bytes("yes"),
                                    PutOption.builder().withLeaseId(lease).build())
                            .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                            .getHeader()
                            .getRevision()
                    + 1;
            Seen seen = new Seen();
            LongAdder acknowledgements = new LongAdder();
            List<JetcdWorker> workers = IntStream.range(0, WORKERS)
                    .mapToObj(i -> new JetcdWorker(jetcd, PREFIX + i + "/", acknowledgements))
                    .toList();
            try (CloseableClient _ = jetcd.getLeaseClient().keepAlive(lease, new Ignored());
                    Watch.Watcher _ = jetcd.getWatchClient()
                            .watch(
                                    bytes(PREFIX),
                                    WatchOption.builder()
                                            .isPrefix(true)
                                            .withRevision(first)
                                            .build(),
                                    seen)) {
                List<Future<?>> running = new ArrayList<>();
                workers.forEach(worker -> running.add(threads.submit(worker)));
                try {
                    new KillsInTurn(cluster, acknowledgements::sum).run();
                    // A lease that nobody kept alive must have had the time to end.
                    while (System.nanoTime() - began < TimeUnit.MILLISECONDS.toNanos(1_500 * TTL_SECONDS)) {
                        Thread.sleep(50);
                    }
                } finally {
                    workers.forEach(JetcdWorker::stop);
                }
                for (Future<?> run : running) {
                    run.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
                }

                EtcdClient plain = cluster.client(0);
                RangeResponse stored = everything(plain);
                requireAcknowledged(workers, stored);
                long last = stored.getHeader().getRevision();
                List<String> history = history(plain, first, last);
                seen.await(history.size(), last);
                assertThat(seen.upTo(last)).isEqualTo(history);
                requireAlive(plain, lease);
            }
        }
    }

    private static RangeResponse everything(EtcdClient client) {
        return client.kv()
                .range(RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(PREFIX))
                        .setRangeEnd(ByteString.copyFromUtf8("jetcd/cluster0"))
                        .build());
    }

    private static void requireAcknowledged(List<JetcdWorker> workers, RangeResponse stored) {
        Map<String, String> values = stored.getKvsList().stream()
                .collect(Collectors.toMap(
                        pair -> pair.getKey().toStringUtf8(),
                        pair -> pair.getValue().toStringUtf8()));
        workers.forEach(worker -> assertThat(values).containsAllEntriesOf(worker.acknowledged()));
    }

    private static void requireAlive(EtcdClient client, long lease) {
        LeaseTimeToLiveResponse left = client.lease()
                .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder()
                        .setID(lease)
                        .setKeys(true)
                        .build());
        assertThat(left.getTTL()).isPositive();
        assertThat(left.getKeysList()).containsExactly(ByteString.copyFromUtf8(ALIVE));
    }

    /** What a watch from the first to the last of these revisions must see, as the server's own history has it. */
    private static List<String> history(EtcdClient client, long first, long last) {
        return HistoryReader.read(client, first, last).values().stream()
                .flatMap(List::stream)
                .filter(event -> event.getKv().getKey().toStringUtf8().startsWith(PREFIX))
                .map(event -> line(
                        event.getKv().getModRevision(),
                        event.getType().name(),
                        event.getKv().getKey().toStringUtf8(),
                        event.getKv().getValue().toStringUtf8()))
                .toList();
    }

    private static String line(long revision, String type, String key, String value) {
        return revision + " " + type + " " + key + "=" + value;
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, UTF_8);
    }

    /** Collects the events of a watch. jetcd tells the listener of each lost connection and resumes by itself. */
    private static final class Seen implements Watch.Listener {
        private record Line(long revision, String text) {}

        private final ConcurrentLinkedQueue<Line> lines = new ConcurrentLinkedQueue<>();
        private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();

        @Override
        public void onNext(WatchResponse response) {
            response.getEvents()
                    .forEach(event -> lines.add(new Line(
                            event.getKeyValue().getModRevision(),
                            line(
                                    event.getKeyValue().getModRevision(),
                                    event.getEventType().name(),
                                    event.getKeyValue().getKey().toString(UTF_8),
                                    event.getKeyValue().getValue().toString(UTF_8)))));
        }

        @Override
        public void onError(Throwable failure) {
            failures.add(failure);
        }

        @Override
        public void onCompleted() {}

        List<String> upTo(long revision) {
            return lines.stream()
                    .filter(line -> line.revision() <= revision)
                    .map(Line::text)
                    .toList();
        }

        /** Waits until there are so many up to the revision. */
        void await(int count, long revision) throws InterruptedException {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            while (upTo(revision).size() < count) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("the watch saw " + upTo(revision).size() + " of " + count
                            + " events; it was told of " + failures);
                }
                Thread.sleep(20);
            }
        }
    }

    /** Keep-alive answers; what they do shows in the lease. */
    private static final class Ignored implements StreamObserver<LeaseKeepAliveResponse> {
        @Override
        public void onNext(LeaseKeepAliveResponse value) {}

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
    }
}
