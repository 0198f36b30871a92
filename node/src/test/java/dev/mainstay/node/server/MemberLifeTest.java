package dev.mainstay.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.KVGrpc;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RangeResponse;
import dev.mainstay.node.apply.Applier;
import dev.mainstay.node.apply.Tables;
import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.observability.ExactRegistry;
import dev.mainstay.node.server.settings.Invocation;
import dev.mainstay.node.server.settings.NodeSettings;
import dev.mainstay.node.server.settings.SettingsReader;
import dev.mainstay.node.snapshot.IncomingManifest;
import dev.mainstay.node.snapshot.SnapshotFile;
import dev.mainstay.node.storage.rocksdb.RocksSettings;
import dev.mainstay.node.storage.rocksdb.RocksStore;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A member that asks for its own restart, in the process of a test. */
@Timeout(120)
class MemberLifeTest {

    @TempDir
    private Path temp;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
    private final ExactRegistry registry = new ExactRegistry();
    private final List<String> faults = new CopyOnWriteArrayList<>();
    private final LinkedBlockingQueue<Member> started = new LinkedBlockingQueue<>();
    private final List<RestartListener> restarts = new CopyOnWriteArrayList<>();
    private MemberLife life;

    @BeforeEach
    void aMember() throws Exception {
        NodeSettings settings = settings(temp.resolve("member"));
        life = new MemberLife(
                (fatal, restart) -> {
                    restarts.add(restart);
                    Member member = Member.start(settings, vertx, registry, fatal, restart);
                    started.add(member);
                    return member;
                },
                (reason, cause) -> faults.add(reason),
                System::nanoTime);
        life.start();
    }

    @AfterEach
    void close() {
        life.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
        assertThat(faults).isEmpty();
    }

    @Test
    void aRestartedMemberServesItsDataAndItsMetersShowItselfAlone() throws Exception {
        put(next(), "key", "value");
        long gauges = gauges();
        double applied = gauge("etcd_server_proposals_applied_total");
        Counter counter = registry.get("etcd_server_leader_changes_seen_total").counter();
        double leaders = counter.count();
        assertThat(gauge("etcd_debugging_mvcc_current_revision")).isEqualTo(2);

        restarts.getFirst().restart("its test wants it");
        Member again = next();

        assertThat(get(again, "key")).isEqualTo("value");
        assertThat(put(again, "key", "newer")).isEqualTo(3);
        assertThat(gauge("etcd_debugging_mvcc_current_revision")).isEqualTo(3);
        assertThat(gauge("etcd_server_proposals_applied_total")).isGreaterThan(applied);
        assertThat(gauges()).isEqualTo(gauges);
        assertThat(counter.count()).as("counters go on").isGreaterThan(leaders);
    }

    @Test
    void whatAGoneMemberAsksForIsNotHeard() throws Exception {
        next();
        restarts.getFirst().restart("its test wants it");
        Member again = next();

        restarts.getFirst().restart("it is late");

        assertThat(put(again, "key", "value")).isEqualTo(2);
        assertThat(started.poll(500, TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void aFetchedStateIsTakenByTheRestart() throws Exception {
        for (int i = 0; i < 3; i++) {
            put(member(), "own" + i, "value");
        }
        LogPosition position = checkpointOfAnother(20, temp.resolve("member/db.incoming"));
        Member before = next();

        restarts.getFirst().restart("its state was replaced");
        Member again = next();

        assertThat(again).isNotSameAs(before);
        assertThat(get(again, "other19")).isEqualTo("value");
        assertThat(get(again, "own1")).isEmpty();
        assertThat(put(again, "more", "value")).isEqualTo(22);
        assertThat(gauge("etcd_server_proposals_applied_total")).isGreaterThan((double) position.index());
        assertThat(temp.resolve("member/db.incoming")).doesNotExist();
        assertThat(temp.resolve("member/db.replaced")).doesNotExist();
        restarts.getLast().restart("once more");
        assertThat(get(next(), "more")).isEqualTo("value");
    }

    /** What a fetch from a member with so many keys would leave. */
    private LogPosition checkpointOfAnother(int keys, Path target) throws Exception {
        Path data = temp.resolve("other");
        try (RunningMember other = new RunningMember(data)) {
            for (int i = 0; i < keys; i++) {
                other.kv()
                        .put(PutRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8("other" + i))
                                .setValue(ByteString.copyFromUtf8("value"))
                                .build());
            }
        }
        try (RocksStore store = RocksStore.open(
                data.resolve("db"), Tables.all(), RocksSettings.small(), fault -> faults.add("store"))) {
            store.checkpoint(target);
        }
        LogPosition position = Applier.position((table, key) -> RocksStore.readCheckpoint(target, table, key));
        List<SnapshotFile> files = new ArrayList<>();
        try (var all = Files.list(target)) {
            for (Path file : all.toList()) {
                files.add(new SnapshotFile(file.getFileName().toString(), Files.size(file)));
            }
        }
        new IncomingManifest(1, 2, 3, position, files).write(target.resolve(IncomingManifest.COMPLETE));
        return position;
    }

    private Member next() throws InterruptedException {
        Member member = started.poll(60, TimeUnit.SECONDS);
        assertThat(member).as("faults: %s", faults).isNotNull();
        return member;
    }

    private Member member() {
        return started.element();
    }

    private double gauge(String name) {
        Gauge gauge = registry.get(name).gauge();
        return gauge.value();
    }

    private long gauges() {
        return registry.getMeters().stream().filter(Gauge.class::isInstance).count();
    }

    private static long put(Member member, String key, String value) {
        return client(
                member,
                kv -> kv.put(PutRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8(key))
                                .setValue(ByteString.copyFromUtf8(value))
                                .build())
                        .getHeader()
                        .getRevision());
    }

    private static String get(Member member, String key) {
        RangeResponse found = client(
                member,
                kv -> kv.range(RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .build()));
        return found.getKvsCount() == 0 ? "" : found.getKvs(0).getValue().toStringUtf8();
    }

    private static <T> T client(Member member, Function<KVGrpc.KVBlockingStub, T> call) {
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", member.clientPort())
                .usePlaintext()
                .build();
        try {
            return call.apply(KVGrpc.newBlockingStub(channel));
        } finally {
            channel.shutdownNow();
        }
    }

    private static NodeSettings settings(Path data) {
        Invocation.Run run = (Invocation.Run) new SettingsReader("")
                .read(
                        List.of(
                                "--data-dir=" + data,
                                "--listen-client-urls=http://127.0.0.1:0",
                                "--advertise-client-urls=http://127.0.0.1:2379",
                                "--listen-peer-urls=http://127.0.0.1:0"),
                        Map.of());
        return run.settings();
    }
}
