package dev.mainstay.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.e2e.cluster.TestCluster;
import dev.mainstay.e2e.faults.Network;
import dev.mainstay.e2e.faults.PlainNetwork;
import dev.mainstay.e2e.server.Pause;
import dev.mainstay.e2e.server.Program;
import dev.mainstay.e2e.server.TestServer;
import dev.mainstay.etcd.proto.HashKVRequest;
import dev.mainstay.etcd.proto.HashKVResponse;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A cluster of three whose leader ships the log and is killed at random moments: backups of it, and restores to random revisions.
 *
 * <p>Options: {@code -Darchive.kills} how often (2), {@code -Darchive.targets} how many revisions are restored (2), {@code -Darchive.seed}.
 */
@Tag("clients")
@Tag("cluster")
final class ArchiveE2E {
    private static final int KILLS = Integer.getInteger("archive.kills", 2);
    private static final int TARGETS = Integer.getInteger("archive.targets", 2);
    private static final long SEED = Long.getLong("archive.seed", System.nanoTime());
    private static final int MOST_MILLIS = 1_500;
    private static final Pattern SEGMENT = Pattern.compile("(\\d{19})-(\\d+)-(\\d+)-(\\d+)-(\\d+)-(\\d+)\\.seg");
    private static final Pattern HASH = Pattern.compile("\"hash\":(\\d+)");
    private static final Pattern REVISION = Pattern.compile("\"revision\":(\\d+)");

    @TempDir
    private Path directory;

    private final Random random = new Random(SEED);
    private final TreeSet<Long> acknowledged = new TreeSet<>();
    private final ConcurrentSkipListSet<Long> written = new ConcurrentSkipListSet<>();

    @Test
    void archiveGoesOnThroughKillsOfTheLeaderThatShips() throws Exception {
        Path repository = directory.resolve("repository");
        String place = "--repository=file://" + repository;
        try (Network network = new PlainNetwork(3);
                TestCluster cluster = TestCluster.start(
                        Program.MAINSTAY,
                        directory.resolve("cluster"),
                        3,
                        network,
                        "--archive-repository=file://" + repository,
                        "--archive-flush-interval=150ms",
                        "--archive-segment-bytes=8192")) {
            String endpoints = "--endpoints=" + String.join(",", cluster.endpoints());
            int first = cluster.awaitLeader();
            await(() -> cluster.member(first).metric("mainstay_archive_index") > 0);
            String backup = Tool.MAINSTAY.out("backup", "create", place, endpoints, "-w", "json");
            long base = number(REVISION, backup);
            AtomicBoolean stop = new AtomicBoolean();
            Thread writer = Thread.ofPlatform().start(() -> write(cluster, stop));
            try {
                for (int kill = 0; kill < KILLS; kill++) {
                    Pause.millis(random.nextInt(MOST_MILLIS));
                    int leader = cluster.awaitLeader();
                    cluster.member(leader).kill9();
                    long seen = written.isEmpty() ? 0 : written.last();
                    await(() -> !written.isEmpty() && written.last() > seen);
                    cluster.start(leader);
                }
            } finally {
                stop.set(true);
                writer.join();
            }
            long revision = cluster.client(cluster.awaitLeader())
                    .kv()
                    .range(RangeRequest.newBuilder()
                            .setKey(ByteString.copyFromUtf8("a"))
                            .build())
                    .getHeader()
                    .getRevision();
            await(() -> archived(repository) >= revision);

            assertNoGap(repository);
            ProgramRun.Result status = Tool.MAINSTAY.run("archive", "status", place, "-w", "json");
            assertThat(status.code()).as("%s, seed %d", status, SEED).isZero();
            assertThat(status.out()).contains("\"toRevision\":" + revision);
            for (int i = 0; i < TARGETS; i++) {
                long target = i == 0 ? revision : base + random.nextLong(revision - base);
                assertSame(cluster.client(cluster.awaitLeader()), place, target);
            }
        }
        assertServes(place);
    }

    /** A member that begins with what the archive holds has every put that was acknowledged. */
    private void assertServes(String place) {
        try (TestServer server = TestServer.stoppedMainstay(directory.resolve("again"))) {
            String printed = Tool.MAINSTAY.out(
                    "backup", "restore", place, "--to-latest", "--data-dir=" + server.dataDir(), "-w", "json");
            assertThat(number(REVISION, printed)).isGreaterThanOrEqualTo(written.last());
            server.start();
            try (EtcdClient client = new EtcdClient(server.endpoint())) {
                long count = client.kv()
                        .range(RangeRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8("k"))
                                .setRangeEnd(ByteString.copyFromUtf8("l"))
                                .setCountOnly(true)
                                .build())
                        .getCount();
                assertThat(count).as("seed %d", SEED).isGreaterThanOrEqualTo(acknowledged.size());
            }
        }
    }

    private void assertSame(EtcdClient live, String place, long revision) {
        Path restored = directory.resolve("at-" + revision);
        var _ = Tool.MAINSTAY.out("backup", "restore", place, "--to-revision=" + revision, "--data-dir=" + restored);
        HashKVResponse wanted = live.maintenance()
                .hashKV(HashKVRequest.newBuilder().setRevision(revision).build());
        String hash = Tool.MAINSTAY.out("hashkv", restored.toString(), "-w", "json");
        assertThat(number(HASH, hash))
                .as("revision %d, seed %d", revision, SEED)
                .isEqualTo(Integer.toUnsignedLong(wanted.getHash()));
    }

    private void write(TestCluster cluster, AtomicBoolean stop) {
        long number = 0;
        for (int member = 0; !stop.get(); ) {
            try {
                long revision = cluster.client(member)
                        .kv()
                        .withDeadlineAfter(2, TimeUnit.SECONDS)
                        .put(PutRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8("k" + number))
                                .setValue(ByteString.copyFromUtf8("v".repeat(100) + number))
                                .build())
                        .getHeader()
                        .getRevision();
                acknowledged.add(number);
                written.add(revision);
            } catch (StatusRuntimeException e) {
                member = (member + 1) % cluster.size();
                Pause.millis(20);
            }
            number++;
        }
    }

    private static List<long[]> segments(Path repository) throws IOException {
        List<long[]> segments = new ArrayList<>();
        Path archive = repository.resolve("archive");
        if (!Files.exists(archive)) {
            return segments;
        }
        try (var files = Files.walk(archive)) {
            for (Path file : files.toList()) {
                Matcher name = SEGMENT.matcher(file.getFileName().toString());
                if (name.matches()) {
                    segments.add(Arrays.stream(new int[] {1, 2, 3, 4})
                            .mapToLong(group -> Long.parseLong(name.group(group)))
                            .toArray());
                }
            }
        }
        segments.sort(Comparator.comparingLong(segment -> segment[0]));
        return segments;
    }

    private static long archived(Path repository) throws IOException {
        return segments(repository).stream()
                .mapToLong(segment -> segment[3])
                .max()
                .orElse(0);
    }

    /** Each segment begins where the one before ends: nothing is missing and nothing is there twice. */
    private static void assertNoGap(Path repository) throws IOException {
        try (var lines = Files.list(repository.resolve("archive"))) {
            assertThat(lines.filter(line -> !line.getFileName().toString().startsWith(".")))
                    .hasSize(1);
        }
        List<long[]> segments = segments(repository);
        for (int i = 1; i < segments.size(); i++) {
            assertThat(segments.get(i)[0]).as("seed %d", SEED).isEqualTo(segments.get(i - 1)[1] + 1);
        }
    }

    private static long number(Pattern field, String json) {
        Matcher matcher = field.matcher(json);
        assertThat(matcher.find()).as(json).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(Condition condition) throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("waited too long, seed %d", SEED).isLessThan(end);
            Pause.millis(50);
        }
    }
}
