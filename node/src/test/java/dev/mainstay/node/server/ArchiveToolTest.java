package dev.mainstay.node.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.AuthGrpc;
import dev.mainstay.etcd.proto.AuthUserAddRequest;
import dev.mainstay.etcd.proto.DeleteRangeRequest;
import dev.mainstay.etcd.proto.KVGrpc;
import dev.mainstay.etcd.proto.LeaseGrantRequest;
import dev.mainstay.etcd.proto.LeaseGrpc;
import dev.mainstay.etcd.proto.LeaseRevokeRequest;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.PutResponse;
import dev.mainstay.etcd.proto.RequestOp;
import dev.mainstay.etcd.proto.TxnRequest;
import dev.mainstay.node.apply.Tables;
import dev.mainstay.node.archive.SegmentName;
import dev.mainstay.node.auth.AuthTable;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.lease.LeaseTable;
import dev.mainstay.node.mvcc.KvStore;
import dev.mainstay.node.storage.rocksdb.RocksSettings;
import dev.mainstay.node.storage.rocksdb.RocksStore;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archive of a real member: every moment that is restored is as it was, and what can't be restored is refused. */
class ArchiveToolTest {

    /** How many revisions and how many times are restored. */
    private static final int TARGETS = Integer.getInteger("archive.targets", 4);

    private static final long SEED = Long.getLong("archive.seed", System.nanoTime());
    private static final int STEPS = 150;
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(60);

    @TempDir
    static Path temp = Path.of("");

    private static final Random RANDOM = new Random(SEED);
    private static final NavigableMap<Long, Map<String, String>> BY_REVISION = new TreeMap<>();
    private static final NavigableMap<Instant, State> BY_TIME = new TreeMap<>();
    private static State now = new State(1, Map.of(), Set.of(), Set.of());
    private static Path repository = Path.of("");
    private static String firstBackup = "";
    private static String lastBackup = "";

    /** What the cluster must be like. */
    private record State(long revision, Map<String, String> keys, Set<Long> leases, Set<String> users) {}

    private record Run(int code, String out, String err) {

        JsonObject json() {
            assertThat(code).as(err).isZero();
            return new JsonObject(out);
        }

        JsonArray list() {
            return new JsonArray(out);
        }
    }

    @BeforeAll
    static void liveAndArchive() throws Exception {
        repository = temp.resolve("repository");
        Path data = temp.resolve("member");
        now = new State(1, Map.of(), Set.of(), Set.of());
        BY_TIME.clear();
        BY_REVISION.clear();
        BY_REVISION.put(1L, Map.of());
        try (RunningMember member = start(data)) {
            await(() -> metric(member, "mainstay_archive_index") > 0);
            firstBackup = backUp(member);
            live(member);
        }
        // The log of its first life is shipped by the second.
        try (RunningMember member = start(data)) {
            live(member);
            awaitArchived(member);
            lastBackup = backUp(member);
            live(member);
            awaitArchived(member);
            assertThat(member.get("/metrics"))
                    .contains(
                            "mainstay_archive_shipping 1",
                            "mainstay_archive_since_revision 1",
                            "mainstay_archive_gaps_total 0",
                            "mainstay_archive_failures_total 0");
        }
    }

    private static RunningMember start(Path data) throws Exception {
        return new RunningMember(
                data,
                "--archive-repository=file://" + repository,
                "--archive-flush-interval=200ms",
                "--archive-segment-bytes=4096");
    }

    private static String backUp(RunningMember member) {
        return tool(
                        "backup",
                        "create",
                        place(repository),
                        "--endpoints=http://127.0.0.1:" + member.port(),
                        "-w",
                        "json")
                .json()
                .getString("id");
    }

    private static void live(RunningMember member) throws Exception {
        for (int i = 0; i < STEPS; i++) {
            step(member);
            if (i % 15 == 7) {
                // Clocks are exact to some milliseconds.
                Thread.sleep(40);
                BY_TIME.put(Instant.ofEpochMilli(System.currentTimeMillis()), now);
                Thread.sleep(40);
            }
        }
    }

    private static void step(RunningMember member) throws Exception {
        Map<String, String> keys = new TreeMap<>(now.keys());
        Set<Long> leases = new TreeSet<>(now.leases());
        Set<String> users = new TreeSet<>(now.users());
        long revision = now.revision();
        switch (RANDOM.nextInt(12)) {
            case 0 -> {
                long lease = 1L + RANDOM.nextInt(1000);
                if (leases.add(lease)) {
                    var _ = LeaseGrpc.newBlockingStub(member.channel())
                            .leaseGrant(LeaseGrantRequest.newBuilder()
                                    .setID(lease)
                                    .setTTL(10_000)
                                    .build());
                }
            }
            case 1 -> {
                if (!leases.isEmpty()) {
                    long lease = leases.iterator().next();
                    leases.remove(lease);
                    keys.values().removeIf(value -> value.endsWith("@" + lease));
                    revision = LeaseGrpc.newBlockingStub(member.channel())
                            .leaseRevoke(
                                    LeaseRevokeRequest.newBuilder().setID(lease).build())
                            .getHeader()
                            .getRevision();
                }
            }
            case 2 -> {
                String user = "u" + RANDOM.nextInt(1000);
                if (users.add(user)) {
                    var _ = AuthGrpc.newBlockingStub(member.channel())
                            .userAdd(AuthUserAddRequest.newBuilder()
                                    .setName(user)
                                    .setPassword("x")
                                    .build());
                }
            }
            case 3 -> {
                String key = key();
                keys.remove(key);
                revision = member.kv()
                        .deleteRange(DeleteRangeRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8(key))
                                .build())
                        .getHeader()
                        .getRevision();
            }
            case 4 -> {
                TxnRequest.Builder txn = TxnRequest.newBuilder();
                for (String key : Set.of(key(), "t" + RANDOM.nextInt(9))) {
                    String value = value();
                    keys.put(key, value + "@0");
                    txn.addSuccess(RequestOp.newBuilder().setRequestPut(put(key, value, 0)));
                }
                revision = member.kv().txn(txn.build()).getHeader().getRevision();
            }
            case 5 -> {
                revision = burst(member, keys);
            }
            default -> {
                String key = key();
                long lease = leases.isEmpty() || RANDOM.nextBoolean()
                        ? 0
                        : leases.iterator().next();
                String value = value();
                keys.put(key, value + "@" + lease);
                revision = member.kv().put(put(key, value, lease)).getHeader().getRevision();
            }
        }
        now = new State(revision, keys, leases, users);
        BY_REVISION.put(revision, keys);
    }

    /** Many at once, so that log entries hold several revisions. */
    private static long burst(RunningMember member, Map<String, String> keys) throws Exception {
        Map<String, String> values = new TreeMap<>();
        Map<String, ListenableFuture<PutResponse>> answers = new TreeMap<>();
        for (int i = 0; i < 30; i++) {
            String key = "b" + i;
            String value = value();
            values.put(key, value);
            answers.put(key, KVGrpc.newFutureStub(member.channel()).put(put(key, value, 0)));
        }
        NavigableMap<Long, String> order = new TreeMap<>();
        for (Map.Entry<String, ListenableFuture<PutResponse>> answer : answers.entrySet()) {
            order.put(answer.getValue().get().getHeader().getRevision(), answer.getKey());
        }
        order.forEach((revision, key) -> {
            keys.put(key, values.get(key) + "@0");
            BY_REVISION.put(revision, new TreeMap<>(keys));
        });
        return order.lastKey();
    }

    private static String key() {
        return "k" + RANDOM.nextInt(40);
    }

    private static String value() {
        return "v".repeat(RANDOM.nextInt(60)) + RANDOM.nextInt();
    }

    private static PutRequest put(String key, String value, long lease) {
        return PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setValue(ByteString.copyFromUtf8(value))
                .setLease(lease)
                .build();
    }

    @Test
    void everyRevisionIsAsItWas() throws Exception {
        List<Long> revisions = new ArrayList<>(BY_REVISION.tailMap(2L).keySet());
        assertThat(revisions.getLast() - revisions.getFirst())
                .as("no revision is unknown")
                .isEqualTo(revisions.size() - 1);
        for (int i = 0; i < TARGETS; i++) {
            long revision = revisions.get(RANDOM.nextInt(revisions.size()));

            State restored = restored("--to-revision=" + revision);

            assertThat(restored.revision()).as("seed %d", SEED).isEqualTo(revision);
            assertThat(restored.keys())
                    .as("seed %d, revision %d", SEED, revision)
                    .isEqualTo(BY_REVISION.get(revision));
        }
    }

    @Test
    void everyTimeIsAsItWasWithLeasesAndUsers() throws Exception {
        List<Instant> times = new ArrayList<>(BY_TIME.keySet());
        for (int i = 0; i < TARGETS; i++) {
            Instant time = times.get(RANDOM.nextInt(times.size()));

            assertThat(restored("--to-time=" + time))
                    .as("seed %d, %s", SEED, time)
                    .isEqualTo(BY_TIME.get(time));
        }
    }

    @Test
    void theEndIsReachedFromTheFirstBackupToo() throws Exception {
        assertThat(restored("--to-latest")).isEqualTo(now);
        assertThat(restored(firstBackup, "--to-latest")).isEqualTo(now);
        assertThat(restored(firstBackup, "--to-revision=" + now.revision()).keys())
                .isEqualTo(now.keys());
    }

    @Test
    void restoredMemberArchivesOnALineOfItsOwn() throws Exception {
        Path data = Files.createTempDirectory(temp, "again").resolve("data");
        Path copy = copyOfRepository();
        var _ = restore(copy, data, "--to-revision=" + BY_REVISION.lastKey()).json();
        try (RunningMember member = new RunningMember(
                data,
                "--initial-cluster-token=new",
                "--archive-repository=file://" + copy,
                "--archive-flush-interval=100ms")) {
            var _ = member.kv().put(put("again", "x", 0));
            await(() -> lines(copy).size() == 2);
        }

        Run status = tool("archive", "status", place(copy), "-w", "json");

        assertThat(status.code()).isEqualTo(2);
        assertThat(status.err()).contains("no backup that they go on from");
        assertThat(status.list()).hasSize(1);
        JsonObject summary = tool("archive", "status", place(copy), "--summary", "-w", "json")
                .json();
        assertThat(summary.getBoolean("backed")).isFalse();
        assertThat(summary.getLong("sinceRevision")).isEqualTo(BY_REVISION.lastKey());
        assertThat(summary.getString("archiveLine"))
                .isNotEqualTo(status.list().getJsonObject(0).getString("archiveLine"));
    }

    @Test
    void windowIsShownAndItsEdgesAreRefused() throws Exception {
        JsonObject window = tool("archive", "status", place(repository), "-w", "json")
                .list()
                .getJsonObject(0);
        assertThat(window.getLong("toRevision")).isEqualTo(now.revision());
        assertThat(window.getJsonArray("backups")).containsExactly(firstBackup, lastBackup);
        assertThat(tool("archive", "verify", place(repository)).code()).isZero();

        assertRefused(
                repository, "--to-revision=" + (now.revision() + 1), "revisions " + window.getLong("fromRevision"));
        assertRefused(
                repository,
                "--to-time=" + Instant.parse(window.getString("toTime")).plusMillis(1),
                "What can");
        assertRefused(repository, "--to-time=2001-01-01T00:00:00Z", "What can");
        assertThat(tool("backup", "list", place(repository), "-w", "json").list().stream()
                        .map(row -> ((JsonObject) row).getLong("toRevision")))
                .containsExactly(now.revision(), now.revision());
    }

    @Test
    void summarySaysFromWhenToWhenAndGoesIntoAFile() throws Exception {
        Path file = temp.resolve("summary");

        Run run = tool("archive", "status", place(repository), "--summary", "-w", "json", "--result-file=" + file);

        JsonObject window = tool("archive", "status", place(repository), "-w", "json")
                .list()
                .getJsonObject(0);
        for (String same : List.of("archiveLine", "fromRevision", "toRevision", "fromTime", "toTime")) {
            assertThat(run.json().getValue(same)).as(same).isEqualTo(window.getValue(same));
        }
        assertThat(run.json().getBoolean("backed")).isTrue();
        assertThat(run.json().getLong("sinceRevision")).isEqualTo(1);
        assertThat(run.json().getInteger("backups")).isEqualTo(2);
        assertThat(run.json().getInteger("gaps")).isZero();
        assertThat(new JsonObject(Files.readString(file)).getJsonObject("result"))
                .isEqualTo(run.json());
    }

    @Test
    void everythingThatLeadsToAMomentIsReadBeforehand() throws Exception {
        Path copy = copyOfRepository();
        long revision = BY_REVISION.lastKey();
        Run good = tool("backup", "verify", firstBackup, place(copy), "--to-revision=" + revision, "-w", "json");
        assertThat(good.json().getString("id")).isEqualTo(firstBackup);

        Path file = temp.resolve("far");
        Run far = tool("backup", "verify", place(copy), "--to-revision=" + (revision + 1), "--result-file=" + file);
        assertThat(far.code()).isEqualTo(1);
        JsonObject told = new JsonObject(Files.readString(file));
        assertThat(told.getString("kind")).isEqualTo("OUT_OF_REACH");
        assertThat(told.getString("error")).contains("What can: revisions 1 to " + revision);

        SegmentName spoilt = segments(copy).get(2);
        Files.writeString(copy.resolve(spoilt.key()), "no segment");
        assertThat(tool("backup", "verify", firstBackup, place(copy), "--to-latest")
                        .code())
                .isEqualTo(2);
        assertThat(tool("backup", "verify", firstBackup, place(copy), "--to-revision=" + spoilt.fromRevision())
                        .code())
                .isZero();
    }

    @Test
    void newestBackupWithoutAnArchiveWillDoIfOneSaysSo() throws Exception {
        assertThat(restored("latest", "--to-latest", "--if-archived")).isEqualTo(now);

        Path copy = copyOfRepository();
        for (SegmentName segment : segments(copy)) {
            Files.delete(copy.resolve(segment.key()));
        }
        assertThat(restore(copy, temp.resolve("refused"), "--to-latest").code()).isEqualTo(1);
        JsonObject last =
                tool("backup", "list", place(copy), "-w", "json").list().getJsonObject(1);
        assertThat(restored(copy, "--to-latest", "--if-archived").revision()).isEqualTo(last.getLong("revision"));
    }

    @Test
    void deletedSegmentShrinksTheWindowTruthfully() throws Exception {
        Path copy = copyOfRepository();
        List<SegmentName> segments = segments(copy);
        long last = tool("backup", "list", place(copy), "-w", "json")
                .list()
                .getJsonObject(1)
                .getLong("raftIndex");
        List<SegmentName> before =
                segments.stream().filter(one -> one.lastIndex() < last).toList();
        SegmentName gone = before.get(before.size() / 2);
        Files.delete(copy.resolve(gone.key()));

        Run status = tool("archive", "status", place(copy), "-w", "json");

        assertThat(status.code()).isEqualTo(2);
        assertThat(status.err()).contains("lacks log entries " + gone.firstIndex() + " to " + gone.lastIndex());
        JsonObject first = status.list().getJsonObject(0);
        assertThat(first.getLong("toRevision")).isEqualTo(gone.fromRevision());
        assertThat(first.getString("toTime"))
                .isEqualTo(Instant.ofEpochMilli(gone.fromMillis()).toString());
        assertThat(status.list().getJsonObject(1).getJsonArray("backups")).containsExactly(lastBackup);
        assertRefused(copy, "--to-revision=" + (gone.fromRevision() + 1), "revisions 1 to " + gone.fromRevision());
        assertRefused(copy, "--to-time=" + Instant.ofEpochMilli(gone.toMillis()), "What can");
        assertThat(restored(copy, "--to-revision=" + gone.fromRevision()).keys())
                .isEqualTo(BY_REVISION.get(gone.fromRevision()));
        assertThat(restored(copy, "--to-latest")).isEqualTo(now);
    }

    @Test
    void damagedSegmentsAreRefusedAndLeaveNothing() throws Exception {
        Path copy = copyOfRepository();
        List<SegmentName> segments = segments(copy);
        for (int i = 0; i < 40; i++) {
            Path file =
                    copy.resolve(segments.get(RANDOM.nextInt(segments.size())).key());
            byte[] good = Files.readAllBytes(file);
            byte[] bad = good.clone();
            if (RANDOM.nextInt(4) == 0) {
                bad = Arrays.copyOf(good, RANDOM.nextInt(good.length));
            } else {
                bad[RANDOM.nextInt(bad.length)] ^= (byte) (1 << RANDOM.nextInt(8));
            }
            Files.write(file, bad);

            Run verified = tool("archive", "verify", place(copy));

            assertThat(verified.code()).as("seed %d", SEED).isEqualTo(2);
            if (i % 8 == 0) {
                Path data = temp.resolve("never" + i);
                Run run = restore(copy, data, firstBackup, "--to-latest");
                assertThat(run.code()).isEqualTo(1);
                assertThat(data).doesNotExist();
                assertThat(temp.resolve(".never" + i + ".restoring")).doesNotExist();
            }
            Files.write(file, good);
        }
        assertThat(tool("archive", "verify", place(copy)).code()).isZero();
    }

    @Test
    void segmentUnderAnothersNameIsRefused() throws Exception {
        Path copy = copyOfRepository();
        List<SegmentName> segments = segments(copy);
        Files.copy(
                copy.resolve(segments.get(3).key()),
                copy.resolve(segments.get(4).key()),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);

        assertThat(restore(copy, temp.resolve("mixed"), firstBackup, "--to-latest")
                        .code())
                .isEqualTo(1);
    }

    @Test
    void pruningKeepsWhatKeptBackupsGoOnWith() throws Exception {
        Path copy = copyOfRepository();
        int all = segments(copy).size();
        JsonObject dry = tool("backup", "prune", place(copy), "--keep-last=1", "--dry-run", "-w", "json")
                .json();
        assertThat(segments(copy)).hasSize(all);

        JsonObject pruned = tool("backup", "prune", place(copy), "--keep-last=1", "-w", "json")
                .json();

        assertThat(pruned.getInteger("deletedSegments"))
                .isPositive()
                .isEqualTo(dry.getInteger("deletedSegments"))
                .isEqualTo(all - segments(copy).size());
        assertThat(tool("archive", "status", place(copy)).code()).isZero();
        assertThat(restored(copy, "--to-latest")).isEqualTo(now);
    }

    @Test
    void failingStoreHoldsNothingUpAndIsCaughtUpWith() throws Exception {
        Path away = temp.resolve("away");
        Path place = away.resolve("repository");
        try (RunningMember member = new RunningMember(
                temp.resolve("undaunted"), "--archive-repository=file://" + place, "--archive-flush-interval=100ms")) {
            for (int i = 0; i < 50; i++) {
                var _ = member.kv().put(put("k" + i, "v", 0));
            }
            await(() -> metric(member, "mainstay_archive_failures_total") >= 1);
            assertThat(metric(member, "mainstay_archive_lag_entries")).isPositive();
            Files.createDirectory(away);
            await(() -> metric(member, "mainstay_archive_revision") == 51);
            assertThat(metric(member, "mainstay_archive_gaps_total")).isZero();
        }

        assertThat(tool("archive", "verify", place(place)).code()).isZero();
        assertThat(segments(place).getLast().toRevision()).isEqualTo(51);
    }

    @Test
    void encryptedArchiveTakesItsKey() throws Exception {
        Path key = Files.write(temp.resolve("archive.key"), new byte[32]);
        Path place = temp.resolve("sealed");
        String flag = "--encryption-key-file=one=" + key;
        try (RunningMember member = new RunningMember(
                temp.resolve("secretive"),
                "--archive-repository=file://" + place,
                "--archive-flush-interval=100ms",
                "--archive-encryption-key-file=one=" + key)) {
            await(() -> metric(member, "mainstay_archive_lag_entries") == 0);
            var _ = tool(
                            "backup",
                            "create",
                            place(place),
                            flag,
                            "--endpoints=http://127.0.0.1:" + member.port(),
                            "-w",
                            "json")
                    .json();
            var _ = member.kv().put(put("a-very-secret-key", "v", 0));
            await(() -> metric(member, "mainstay_archive_revision") == 2);
        }

        for (SegmentName segment : segments(place)) {
            assertThat(new String(Files.readAllBytes(place.resolve(segment.key())), StandardCharsets.ISO_8859_1))
                    .doesNotContain("secret");
        }
        assertThat(tool("archive", "verify", place(place)).code()).isEqualTo(1);
        Path data = temp.resolve("opened");
        var _ = restore(place, data, flag, "--to-latest").json();
        assertThat(state(data).keys()).containsOnlyKeys("a-very-secret-key");
    }

    @Test
    void argumentsThatMakeNoSenseAreRefused() {
        for (List<String> arguments : List.of(
                List.of("backup", "restore", "--to-time=yesterday"),
                List.of("backup", "restore", "--to-revision=1", "--to-latest"),
                List.of("backup", "restore", "--to-revision=-1"),
                List.of("backup", "restore", "--line=1"),
                List.of("backup", "restore", "--to-latest", "--line=x"),
                List.of("archive", "gather"))) {
            List<String> all = new ArrayList<>(arguments);
            all.add(place(repository));
            assertThat(tool(all.toArray(String[]::new)).code())
                    .as("%s", arguments)
                    .isEqualTo(128);
        }
    }

    @Test
    void settingsThatMakeNoSenseAreRefused() {
        String place = "--archive-repository=file://" + temp;
        for (List<String> flags : List.of(
                List.of("--archive-region=eu-central-1"),
                List.of("--archive-encryption-key-file=key"),
                List.of("--archive-repository=ftp://there"),
                List.of("--archive-repository=s3://"),
                List.of(place, "--archive-region=eu-central-1"),
                List.of(place, "--archive-flush-interval=0s"),
                List.of(place, "--archive-segment-bytes=1"),
                List.of(place, "--archive-encryption-key-id=one"),
                List.of(place, "--archive-encryption-key-file=" + temp.resolve("no-such-key")))) {
            assertThatThrownBy(() -> new RunningMember(temp.resolve("nonsense"), flags.toArray(String[]::new)).close())
                    .as("%s", flags)
                    .hasMessageContaining("--archive-");
        }
    }

    private static void assertRefused(Path from, String target, String reason) throws IOException {
        Path data = temp.resolve("refused");
        Run run = restore(from, data, target);
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("can't be restored", reason);
        assertThat(data).doesNotExist();
    }

    private static State restored(String... arguments) throws Exception {
        return restored(repository, arguments);
    }

    private static State restored(Path from, String... arguments) throws Exception {
        Path data = Files.createTempDirectory(temp, "restored").resolve("data");
        var _ = restore(from, data, arguments).json();
        assertThat(new DataTool(quiet(), quiet(), System::nanoTime).run("check-data", List.of(data.toString())))
                .isZero();
        return state(data);
    }

    private static State state(Path data) {
        try (RocksStore store = RocksStore.openReadOnly(data.resolve("db"), Tables.all(), RocksSettings.aside())) {
            KvStore kv = KvStore.open(store);
            Map<String, String> keys = new TreeMap<>();
            kv.scan(new KeyRange(Bytes.EMPTY, null), pair -> {
                keys.put(text(pair.key()), text(pair.value()) + "@" + pair.lease());
                return true;
            });
            Set<Long> leases = new TreeSet<>();
            LeaseTable.open(store).leases().forEach(lease -> leases.add(lease.id()));
            Set<String> users = new TreeSet<>();
            AuthTable.open(store).now().users().forEach(user -> users.add(user.name()));
            return new State(kv.revision(), keys, leases, users);
        }
    }

    private static String text(Bytes bytes) {
        return new String(bytes.array(), StandardCharsets.UTF_8);
    }

    private static Run restore(Path from, Path data, String... arguments) {
        List<String> all = new ArrayList<>(List.of(
                "backup",
                "restore",
                place(from),
                "--data-dir=" + data,
                "--initial-cluster-token=new",
                "--write-out=json"));
        all.addAll(List.of(arguments));
        return tool(all.toArray(String[]::new));
    }

    private static Path copyOfRepository() throws IOException {
        Path copy = Files.createTempDirectory(temp, "copy");
        try (var files = Files.walk(repository)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = copy.resolve(repository.relativize(file));
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
        return copy;
    }

    private static List<SegmentName> segments(Path place) throws IOException {
        try (var files = Files.walk(place.resolve("archive"))) {
            return files.map(file -> SegmentName.parse(place.relativize(file).toString()))
                    .flatMap(java.util.Optional::stream)
                    .sorted(SegmentName.ORDER)
                    .toList();
        }
    }

    private static Set<Long> lines(Path place) throws IOException {
        Set<Long> lines = new TreeSet<>();
        segments(place).forEach(segment -> lines.add(segment.line()));
        return lines;
    }

    /** Users have no revision, so what is waited for is a key that comes after them. */
    private static void awaitArchived(RunningMember member) throws Exception {
        Map<String, String> keys = new TreeMap<>(now.keys());
        keys.put("end", "of a life@0");
        long revision = member.kv().put(put("end", "of a life", 0)).getHeader().getRevision();
        now = new State(revision, keys, now.leases(), now.users());
        BY_REVISION.put(revision, keys);
        await(() -> segments(repository).getLast().toRevision() >= revision);
    }

    private static double metric(RunningMember member, String name) throws IOException {
        return member.get("/metrics")
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(Condition condition) throws Exception {
        long end = System.nanoTime() + LIMIT_NANOS;
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
            Thread.sleep(20);
        }
    }

    private static String place(Path directory) {
        return "--repository=file://" + directory;
    }

    private static PrintStream quiet() {
        return new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8);
    }

    private static Run tool(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream toOut = new PrintStream(out, true, StandardCharsets.UTF_8);
        PrintStream toErr = new PrintStream(err, true, StandardCharsets.UTF_8);
        List<String> rest = List.of(arguments).subList(1, arguments.length);
        int code = arguments[0].equals("backup")
                ? new BackupTool(toOut, toErr, false, InstantSource.system()).run(rest)
                : new ArchiveTool(toOut, toErr, false).run(rest);
        return new Run(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
